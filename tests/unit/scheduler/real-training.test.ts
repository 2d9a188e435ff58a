import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/dataset/random.ts';
import { identityOf } from '../../../src-main/files/process-identity.ts';
import { readPredictions } from '../../../src-main/runs/predictions.ts';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { buildCli } from '../cli/cli-process.ts';
import { eventually } from './processes.ts';

type Line = Record<string, unknown> & { type: string };

let cli: { script: string; remove: () => void };
let folder: string;
beforeAll(async () => {
  cli = await buildCli();
  folder = mkdtempSync(join(tmpdir(), 'granary-real-'));
  await drawPictures(join(folder, 'data'));
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Two classes of 32 px noise, one bluish and one reddish, twelve pictures each. */
async function drawPictures(data: string): Promise<void> {
  const random = new Random(11);
  for (const [label, bright] of [
    ['blue', 2],
    ['red', 0],
  ] as const) {
    mkdirSync(join(data, label), { recursive: true });
    for (let index = 0; index < 12; index += 1) {
      const pixels = Buffer.from({ length: 32 * 32 * 3 });
      for (let at = 0; at < pixels.length; at += 1)
        pixels[at] = random.integer(100) + (at % 3 === bright ? 150 : 0);
      await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
        .png()
        .toFile(join(data, label, `${index}.png`));
    }
  }
}

/** `granary … --json`, with a listener on its lines. */
function granary(
  args: readonly string[],
  onLine: (line: Line, child: ChildProcess) => void,
): Promise<Line[]> {
  const child = spawn(process.execPath, [cli.script, ...args, '--json', '--workspace', join(folder, 'ws')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    onLine(line, child);
  });
  return new Promise((resolve) => child.on('close', () => resolve(lines)));
}

const workerPid = (runId: string): number =>
  (JSON.parse(readFileSync(join(folder, 'ws', 'runs', runId, 'worker.json'), 'utf8')) as { pid: number }).pid;

describe('real training', () => {
  it(
    'survives kill -9 of the worker and of the scheduler: epochs stay, orphans end, the run can be started again',
    { timeout: 400_000 },
    async () => {
      let workers: number[] = [];
      const flags =
        '--arch resnet18 --resize squish,crop --size 32 --weights none --epochs 3 --frozen-epochs 0';
      const settings = '--batch-size 8 --tta 1 --seed 3';
      const lines = await granary(
        ['queue', join(folder, 'data'), ...flags.split(' '), ...settings.split(' ')],
        (line, child) => {
          if (line.type !== 'epoch') return;
          const pid = workerPid(line['runId'] as string);
          if (workers.includes(pid)) return;
          workers = [...workers, pid];
          // The first run's worker at its first epoch, then, in the second run, the scheduler itself.
          if (workers.length === 1) process.kill(pid, 'SIGKILL');
          else child.kill('SIGKILL');
        },
      );
      expect(lines.some((line) => line.type === 'result')).toBe(false);
      await eventually(() => workers.every((pid) => identityOf(pid) === null));

      const [killed, cut] = await listRuns(join(folder, 'ws'));
      expect(killed).toMatchObject({ state: 'failed', result: { error: { code: 'WORKER_KILLED' } } });
      expect(cut!.state).toBe('interrupted');
      for (const run of [killed!, cut!]) {
        expect(run.problem).toBeNull();
        expect(run.epochs.length).toBeGreaterThanOrEqual(1);
        expect(run.epochs.map((epoch) => epoch.epoch)).toEqual(run.epochs.map((_epoch, index) => index + 1));
      }

      const result = (await granary(['queue', '--resume'], () => undefined)).pop()!;
      expect(result).toMatchObject({ type: 'result', finished: 1, total: 1 });
      const [again] = result['runs'] as { run: string; error_rate: number; seed: number; folder: string }[];
      expect(again).toMatchObject({ seed: 3, name: 'resnet18 crop 32', state: 'finished', epochs: 3 });
      // The same config and seed: the epochs that the first attempt finished come out the same.
      const runs = await listRuns(join(folder, 'ws'));
      const repeated = runs.find((run) => run.id === again!.run)!;
      expect(repeated.epochs[0]!.validLoss).toBeCloseTo(cut!.epochs[0]!.validLoss, 4);
      const { sets } = await readPredictions(again!.folder);
      expect(sets.valid!.ids.length).toBe(repeated.header!.counts.valid);
      expect(repeated.result).toMatchObject({ status: 'finished', eagerSteps: 0 });
    },
  );
});
