import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { readQueue } from '../../../src-main/scheduler/queue-file.ts';
import { smallDisk } from './small-disk.ts';

/** Room for one checkpoint of the network (three times its 13 MB of weights) and not for a second beside it. */
const { mounted, disk, data, queue, temporary, resize } = smallDisk('60m');

// Only root may make a disk; others skip this.
describe.skipIf(!mounted)('training on a disk that becomes full', () => {
  it(
    'keeps the epoch that is there, says what to do, and goes on from it when there is room',
    { timeout: 120_000 },
    async () => {
      const flags = '--arch convnext_atto --size 32 --weights none --epochs 2 --frozen-epochs 0 --tta 0';
      const settings = '--batch-size 8 --seed 3 --accum 1';
      await queue(data, ...flags.split(' '), ...settings.split(' '));
      const [run] = await listRuns(disk);
      // Whether its end could still be written down depends on what was left of the disk.
      expect(['failed', 'interrupted']).toContain(run!.state);
      expect(run!.epochs.map(({ epoch }) => epoch)).toEqual([1]);
      expect(temporary()).toEqual([]);
      expect(readQueue(disk, 'leave').items).toMatchObject([
        {
          state: 'interrupted',
          error: {
            code: 'NO_SPACE',
            message: expect.stringMatching(/disk is full.*unchanged/),
            fix: expect.stringMatching(/Make room.*--resume/),
          },
        },
      ]);

      expect(resize('600m')).toBe(true);
      const lines = await queue('--resume');
      expect(lines.find(({ type }) => type === 'run-started')).toMatchObject({ resumed: { epoch: 1 } });
      const [finished] = await listRuns(disk);
      expect([finished!.state, finished!.epochs.map(({ epoch }) => epoch)]).toEqual(['finished', [1, 2]]);
      const before = readFileSync(join(disk, 'runs', finished!.id, 'epochs.jsonl'), 'utf8').split('\n')[0]!;
      expect(JSON.parse(before)).toEqual(run!.epochs[0]);
    },
  );
});
