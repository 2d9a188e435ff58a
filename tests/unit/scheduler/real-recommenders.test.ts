import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { identityOf } from '../../../src-main/files/process-identity.ts';
import { readAttempts } from '../../../src-main/runs/attempts-file.ts';
import { listRatingsRuns, readRatingsRun, readRecommender } from '../../../src-main/runs/ratings-runs.ts';
import { buildCli } from '../cli/cli-process.ts';
import { eventually } from './processes.ts';
import { granaryLines } from './real-runs.ts';

/** So many that a run is far from its end when its first is heard of. */
const EPOCHS = 300;

let cli: { script: string; remove: () => void };
let folder: string;
let workspace: string;
let ratings: string;
beforeAll(async () => {
  cli = await buildCli();
  folder = mkdtempSync(join(tmpdir(), 'granary-recommenders-'));
  workspace = join(folder, 'ws');
  ratings = join(folder, 'ratings.csv');
  const lines = ['user,item,rating'];
  for (let u = 0; u < 12; u++)
    for (let i = 0; i < 10; i++) if ((u * 7 + i * 3) % 4 !== 0) lines.push(`${u},${i},${1 + ((u + i) % 5)}`);
  writeFileSync(ratings, lines.join('\n'));
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

const granary = (args: readonly string[], onLine?: Parameters<typeof granaryLines>[2]) =>
  granaryLines({ script: cli.script, workspace }, args, onLine);
const workerPid = (runId: string): number =>
  (JSON.parse(readFileSync(join(workspace, 'runs', runId, 'worker.json'), 'utf8')) as { pid: number }).pid;
const attempts = (id: string) => readAttempts(join(workspace, 'runs', id));
const settings = ['--epochs', String(EPOCHS), '--batch-size', '64', '--seed', '3', '--wd', '0.1'];

it(
  'recommenders go on after kill -9 of the worker and of the scheduler, to the bits of an undisturbed run',
  { timeout: 120_000 },
  async () => {
    let firstRun: string | null = null;
    let last = 0;
    const lines = await granary(
      ['collab', 'sweep', ratings, '--factors', '3,4', ...settings],
      (line, child) => {
        if (line.type !== 'epoch') return;
        const runId = line['runId'] as string;
        if (runId !== firstRun) last = workerPid(runId);
        // The first run's worker at its first epoch, then, in the second run, the scheduler itself.
        if (firstRun === null) process.kill(last, 'SIGKILL');
        else if (runId !== firstRun) child.kill('SIGKILL');
        firstRun ??= runId;
      },
    );
    expect(lines.some((line) => line.type === 'result')).toBe(false);
    expect(lines.some((line) => line.type === 'step')).toBe(true);
    await eventually(() => identityOf(last) === null);

    const [killed, cut] = await listRatingsRuns(workspace);
    expect([killed!.state, cut!.state]).toEqual(['finished', 'interrupted']);
    expect(attempts(killed!.id)).toMatchObject([
      { number: 1, from: null, outcome: 'WORKER_KILLED' },
      { number: 2, from: { windows: 0 }, outcome: 'finished' },
    ]);
    expect(attempts(killed!.id)[1]!.from!.epoch).toBeGreaterThanOrEqual(1);

    const resumed = (await granary(['queue', '--resume'])).pop()!;
    expect(resumed).toMatchObject({ type: 'result', finished: 1, total: 1 });
    const again = await granary(['collab', 'train', '--resume', cut!.id]);
    expect(again.pop()).toMatchObject({ type: 'error', code: 'RUN_FINISHED' });

    const whole = await granary(['collab', 'sweep', ratings, '--factors', '3,4', ...settings]);
    const undisturbed = whole.flatMap((line) => (line.type === 'result' ? [line['runId'] as string] : []));
    [killed!.id, cut!.id].forEach((id, k) => {
      const run = readRatingsRun(workspace, id)!;
      expect(run.epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, e) => e + 1));
      const [one, other] = [id, undisturbed[k]!].map((each) => readRecommender(workspace, each).weights);
      expect(one!.factors).toEqual(other!.factors);
      expect(one!.bias).toEqual(other!.bias);
    });
  },
);

it('stops after the epoch, is cancelled then, and goes on with --resume', { timeout: 60_000 }, async () => {
  let asked: Promise<unknown> | null = null;
  const lines = await granary(['collab', 'train', ratings, '--factors', '2', ...settings], (line) => {
    if (line.type !== 'epoch' || asked !== null) return;
    const runId = line['runId'] as string;
    // Its worker waits for the wish to be told: on a busy machine it would have ended before.
    const worker = workerPid(runId);
    process.kill(worker, 'SIGSTOP');
    asked = granary(['queue', 'cancel', runId, '--after-epoch']).finally(() =>
      process.kill(worker, 'SIGCONT'),
    );
  });
  await asked;
  expect(lines.pop()).toMatchObject({ type: 'error', code: 'CANCELLED' });
  const stopped = (await listRatingsRuns(workspace)).find(({ state }) => state === 'cancelled')!;
  expect(stopped.epochs.length).toBeGreaterThanOrEqual(1);
  expect(stopped.epochs.length).toBeLessThan(EPOCHS);
  const resumed = await granary(['collab', 'train', '--resume', stopped.id]);
  expect(resumed.find((line) => line.type === 'run-started')).toMatchObject({
    resumed: { epoch: stopped.epochs.length },
  });
  expect(resumed.pop()).toMatchObject({ type: 'result', runId: stopped.id, epochs: EPOCHS });
});
