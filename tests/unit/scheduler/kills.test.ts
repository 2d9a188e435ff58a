import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../../src-main/dataset/random.ts';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { readQueue } from '../../../src-main/scheduler/queue-file.ts';
import { fixtureEnvironment } from './fixture-worker.ts';
import { type Line, SchedulerProcess, buildScheduler } from './processes.ts';

/** GRANARY_KILLS=200 is the whole proof of docs/night.md; its worker computes nothing, and writes what training writes. */
const KILLS = Number(process.env['GRANARY_KILLS'] ?? 12);
const EPOCHS = 8;

let scheduler: { script: string; remove: () => void };
let workspace: string;
beforeAll(async () => {
  scheduler = await buildScheduler();
  workspace = mkdtempSync(join(tmpdir(), 'granary-kills-'));
});
afterAll(() => {
  scheduler.remove();
  rmSync(workspace, { recursive: true, force: true });
});

/** Epochs told as finished, by run. */
const told = new Map<string, number>();
const tally = { worker: 0, scheduler: 0, queues: 0, goneOn: 0, runs: 0 };

function hear(line: Line): void {
  const runId = line['runId'] as string;
  if (line.type === 'run-started') {
    const resumed = line['resumed'] as { epoch: number } | null;
    // A checkpoint an epoch: nothing that was told is trained again.
    expect(resumed?.epoch ?? 0).toBeGreaterThanOrEqual(told.get(runId) ?? 0);
    if (resumed !== null) tally.goneOn += 1;
    told.set(runId, told.get(runId) ?? 0);
  } else if (line.type === 'epoch') told.set(runId, (line['log'] as { epoch: number }).epoch);
}

async function checkWorkspace(): Promise<void> {
  const runs = await listRuns(workspace);
  for (const { id, epochs, problem } of runs) {
    expect(problem).toBeNull();
    expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_epoch, index) => index + 1));
    expect(epochs.length).toBeGreaterThanOrEqual(told.get(id) ?? 0);
  }
  for (const [id, epochs] of told) if (epochs > 0) expect(runs.map((run) => run.id)).toContain(id);
  expect(readQueue(workspace, 'leave').items.length > 0 || runs.length === 0).toBe(true);
}

it(
  `after ${KILLS} kills -9 of workers and schedulers at random moments no finished epoch is lost, and every run finishes`,
  { timeout: 60_000 + KILLS * 10_000 },
  async () => {
    const random = new Random(20);
    let kills = 0;
    let next = 'resnet18,resnet34';
    for (;;) {
      const environment = fixtureEnvironment('good', 60);
      const child = new SchedulerProcess(scheduler.script, workspace, next, EPOCHS, environment);
      if (next !== 'resume') tally.queues += 1;
      let heard = 0;
      let worker: number | undefined;
      const listen = (): void => {
        for (; heard < child.lines.length; heard += 1) {
          const line = child.lines[heard]!;
          hear(line);
          if (line.type === 'run-started') worker = line['worker'] as number;
        }
      };
      let over = false;
      void child.ended.then(() => (over = true));
      while (!over && kills < KILLS) {
        // Mostly once something trains: on a slow machine most kills would else come before anything can be lost.
        if (worker === undefined && random.integer(10) > 0) {
          const begun = child.until(
            (line) => line.type === 'run-started' && child.lines.indexOf(line) >= heard,
          );
          await Promise.race([begun, child.ended]);
        }
        await Promise.race([new Promise((resolve) => setTimeout(resolve, random.integer(400))), child.ended]);
        listen();
        if (over) break;
        kills += 1;
        const atWorker = worker !== undefined && random.integer(2) === 0;
        tally[atWorker ? 'worker' : 'scheduler'] += 1;
        if (!atWorker) {
          await child.killHard();
          break;
        }
        try {
          process.kill(worker!, 'SIGKILL');
        } catch {
          // It ended in this moment.
        }
        worker = undefined;
      }
      await child.ended;
      listen();
      await checkWorkspace();
      const items = readQueue(workspace, 'leave').items;
      const done = items.every((item) => item.state === 'finished');
      if (done && kills >= KILLS) break;
      next = done ? 'resnet18,resnet34' : 'resume';
    }
    const runs = await listRuns(workspace);
    tally.runs = runs.length;
    expect(tally.worker).toBeGreaterThan(0);
    expect(tally.goneOn).toBeGreaterThan(0);
    expect(runs.map(({ state, epochs }) => [state, epochs.length])).toEqual(
      runs.map(() => ['finished', EPOCHS]),
    );
    if (process.env['GRANARY_KILLS'] !== undefined) console.log(JSON.stringify({ kills, ...tally }));
  },
);
