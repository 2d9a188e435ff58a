import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { readQueue } from '../../../src-main/scheduler/queue-file.ts';
import { buildCli } from '../cli/cli-process.ts';
import { drawPictures, granaryLines } from './real-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'granary-pictures-'));
const disk = mkdtempSync(join(tmpdir(), 'granary-disk-'));
/** Less than the decoded pictures take: more than twenty of 256 × 256 pixels, 192 KiB each. */
const mounted =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0;

let cli: { script: string; remove: () => void };
beforeAll(async () => {
  if (!mounted) return;
  cli = await buildCli();
  await drawPictures(join(folder, 'data'), { pixels: 32, perClass: 12 });
}, 60_000);
afterAll(() => {
  if (mounted) {
    cli.remove();
    spawnSync('umount', ['-l', disk]);
  }
  for (const place of [folder, disk]) rmSync(place, { recursive: true, force: true });
});

// Only root may make a disk; others skip this.
describe.skipIf(!mounted)('a pixel cache that does not fit its disk', () => {
  const queue = (...args: string[]) =>
    granaryLines({ script: cli.script, workspace: disk }, ['queue', ...args]);
  const left = (): string[] =>
    readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));

  it(
    'ends the run before it begins, says what is needed, and the run goes on when there is room',
    { timeout: 120_000 },
    async () => {
      const flags =
        '--arch convnext_atto --size 32 --presize 256 --weights none --epochs 1 --frozen-epochs 0';
      const settings = '--tta 0 --batch-size 8 --seed 3 --accum 1';
      await queue(join(folder, 'data'), ...flags.split(' '), ...settings.split(' '));
      expect(readQueue(disk, 'leave').items[0]!.error).toMatchObject({
        code: 'NO_SPACE',
        message: expect.stringMatching(
          /decoded pictures need [4-9]\.\d MB .*, but [1-3]\.\d MB are free on its disk/,
        ),
        fix: expect.stringContaining('GRANARY_PIXEL_CACHE_GB'),
      });
      expect(left()).toEqual([]);
      expect(spawnSync('mount', ['-o', 'remount,size=600m', disk]).status).toBe(0);
      await queue('--resume');
      expect((await listRuns(disk)).map(({ state }) => state)).toEqual(['finished']);
      expect(readQueue(disk, 'leave').items.map(({ state, error }) => [state, error])).toEqual([
        ['finished', null],
      ]);
    },
  );
});
