import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../../shared/safetensors/index.ts';
import { Random } from '../../../src-main/dataset/random.ts';
import { identityOf } from '../../../src-main/files/process-identity.ts';
import { readAttempts } from '../../../src-main/runs/attempts-file.ts';
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
    'goes on after kill -9 of the worker and of the scheduler, to the bits of an undisturbed run',
    { timeout: 400_000 },
    async () => {
      let workers: number[] = [];
      let firstRun: string | null = null;
      const flags =
        '--arch tf_efficientnet_lite0 --resize squish,crop --size 32 --weights none --epochs 3 --frozen-epochs 0';
      const settings = '--batch-size 8 --tta 1 --seed 3 --deterministic';
      const lines = await granary(
        ['queue', join(folder, 'data'), ...flags.split(' '), ...settings.split(' ')],
        (line, child) => {
          if (line.type !== 'epoch') return;
          const runId = line['runId'] as string;
          workers = [...workers, workerPid(runId)];
          // The first run's worker at its first epoch, then, in the second run, the scheduler itself.
          if (firstRun === null) process.kill(workerPid(runId), 'SIGKILL');
          else if (runId !== firstRun) child.kill('SIGKILL');
          firstRun ??= runId;
        },
      );
      expect(lines.some((line) => line.type === 'result')).toBe(false);
      await eventually(() => workers.every((pid) => identityOf(pid) === null));

      const workspace = join(folder, 'ws');
      const [killed, cut] = await listRuns(workspace);
      expect([killed!.state, cut!.state]).toEqual(['finished', 'interrupted']);
      expect(cut!.epochs.length).toBeGreaterThanOrEqual(1);
      const attempts = (id: string) => readAttempts(join(workspace, 'runs', id));
      expect(attempts(killed!.id)).toMatchObject([
        { number: 1, from: null, outcome: 'WORKER_KILLED' },
        { number: 2, from: { epoch: 1 }, outcome: 'finished', accum: 1 },
      ]);

      const result = (await granary(['queue', '--resume'], () => undefined)).pop()!;
      expect(result).toMatchObject({ type: 'result', finished: 1, total: 1 });
      expect(result['runs']).toMatchObject([
        { run: cut!.id, seed: 3, name: 'tf_efficientnet_lite0 crop 32', state: 'finished', epochs: 3 },
      ]);
      expect(attempts(cut!.id)).toMatchObject([
        { outcome: null, ended: null },
        { reason: 'resumed', outcome: 'finished' },
      ]);
      const again = await granary(['train', '--resume', cut!.id], () => undefined);
      expect(again.pop()).toMatchObject({ type: 'error', code: 'RUN_FINISHED' });

      for (const { id } of [killed!, cut!]) {
        const undisturbed = (await granary(['train', '--again', id], () => undefined)).pop()!;
        // The metadata names the run, so tensors are compared.
        const tensors = (run: string) =>
          decodeSafetensors(readFileSync(join(workspace, 'runs', run, 'weights.safetensors'))).tensors;
        const [resumed, whole] = [tensors(id), tensors(undisturbed['run'] as string)];
        const differing = [...whole].filter(
          ([name, { data }]) => Buffer.compare(data, resumed.get(name)!.data) !== 0,
        );
        expect(differing.map(([name]) => name)).toEqual([]);
        const run = (await listRuns(workspace)).find((candidate) => candidate.id === id)!;
        expect(run.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
        expect(run.result).toMatchObject({ status: 'finished', eagerSteps: 0 });
        const { sets } = await readPredictions(join(workspace, 'runs', id));
        expect(sets.valid!.ids.length).toBe(run.header!.counts.valid);
      }
    },
  );
});
