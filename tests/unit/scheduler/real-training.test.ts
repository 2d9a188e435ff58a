import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../../shared/safetensors/index.ts';
import { identityOf } from '../../../src-main/files/process-identity.ts';
import { readAttempts } from '../../../src-main/runs/attempts-file.ts';
import { readPredictions } from '../../../src-main/runs/predictions.ts';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { buildCli } from '../cli/cli-process.ts';
import { eventually } from './processes.ts';
import { drawPictures, granaryLines } from './real-runs.ts';

let cli: { script: string; remove: () => void };
let folder: string;
beforeAll(async () => {
  cli = await buildCli();
  folder = mkdtempSync(join(tmpdir(), 'granary-real-'));
  await drawPictures(join(folder, 'data'), { pixels: 32, perClass: 12 });
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

const granary = (args: readonly string[], onLine?: Parameters<typeof granaryLines>[2]) =>
  granaryLines({ script: cli.script, workspace: join(folder, 'ws') }, args, onLine);
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

      const result = (await granary(['queue', '--resume'])).pop()!;
      expect(result).toMatchObject({ type: 'result', finished: 1, total: 1 });
      expect(result['runs']).toMatchObject([
        { run: cut!.id, seed: 3, name: 'tf_efficientnet_lite0 crop 32', state: 'finished', epochs: 3 },
      ]);
      expect(attempts(cut!.id)).toMatchObject([
        { outcome: null, ended: null },
        { reason: 'resumed', outcome: 'finished' },
      ]);
      const again = await granary(['train', '--resume', cut!.id]);
      expect(again.pop()).toMatchObject({ type: 'error', code: 'RUN_FINISHED' });

      for (const { id } of [killed!, cut!]) {
        const undisturbed = (await granary(['train', '--again', id])).pop()!;
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
