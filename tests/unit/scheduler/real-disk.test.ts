import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { readQueue } from '../../../src-main/scheduler/queue-file.ts';
import { buildCli } from '../cli/cli-process.ts';
import { drawPictures, granaryLines } from './real-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'granary-small-disk-'));
const disk = mkdtempSync(join(tmpdir(), 'granary-disk-'));
const mount = (options: string): boolean =>
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0;
/** Room for one checkpoint of the network (three times its 13 MB of weights) and not for a second beside it. */
const mounted = mount('size=60m');

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
describe.skipIf(!mounted)('training on a disk that becomes full', () => {
  const queue = (...args: string[]) =>
    granaryLines({ script: cli.script, workspace: disk }, ['queue', ...args]);
  const temporary = (): string[] =>
    readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));

  it(
    'keeps the epoch that is there, says what to do, and goes on from it when there is room',
    { timeout: 120_000 },
    async () => {
      const flags = '--arch convnext_atto --size 32 --weights none --epochs 2 --frozen-epochs 0 --tta 0';
      const settings = '--batch-size 8 --seed 3 --accum 1';
      await queue(join(folder, 'data'), ...flags.split(' '), ...settings.split(' '));
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

      expect(spawnSync('mount', ['-o', 'remount,size=600m', disk]).status).toBe(0);
      const lines = await queue('--resume');
      expect(lines.find(({ type }) => type === 'run-started')).toMatchObject({ resumed: { epoch: 1 } });
      const [finished] = await listRuns(disk);
      expect([finished!.state, finished!.epochs.map(({ epoch }) => epoch)]).toEqual(['finished', [1, 2]]);
      const before = readFileSync(join(disk, 'runs', finished!.id, 'epochs.jsonl'), 'utf8').split('\n')[0]!;
      expect(JSON.parse(before)).toEqual(run!.epochs[0]);
    },
  );
});
