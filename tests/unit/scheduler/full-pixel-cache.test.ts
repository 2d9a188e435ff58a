import { describe, expect, it } from 'vitest';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { readQueue } from '../../../src-main/scheduler/queue-file.ts';
import { smallDisk } from './small-disk.ts';

/** Less than the decoded pictures take: more than twenty of 256 × 256 pixels, 192 KiB each. */
const { mounted, disk, data, queue, temporary, resize } = smallDisk('3m');

// Only root may make a disk; others skip this.
describe.skipIf(!mounted)('a pixel cache that does not fit its disk', () => {
  it(
    'ends the run before it begins, says what is needed, and the run goes on when there is room',
    { timeout: 120_000 },
    async () => {
      const flags =
        '--arch convnext_atto --size 32 --presize 256 --weights none --epochs 1 --frozen-epochs 0';
      const settings = '--tta 0 --batch-size 8 --seed 3 --accum 1';
      await queue(data, ...flags.split(' '), ...settings.split(' '));
      expect(readQueue(disk, 'leave').items[0]!.error).toMatchObject({
        code: 'NO_SPACE',
        message: expect.stringMatching(
          /decoded pictures need [4-9]\.\d MB .*, but [1-3]\.\d MB are free on its disk/,
        ),
        fix: expect.stringContaining('GRANARY_PIXEL_CACHE_GB'),
      });
      expect(temporary()).toEqual([]);
      expect(resize('600m')).toBe(true);
      await queue('--resume');
      expect((await listRuns(disk)).map(({ state }) => state)).toEqual(['finished']);
      expect(readQueue(disk, 'leave').items.map(({ state, error }) => [state, error])).toEqual([
        ['finished', null],
      ]);
    },
  );
});
