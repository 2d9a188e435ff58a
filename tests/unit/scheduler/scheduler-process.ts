import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { Workbench } from '../../../src-main/scheduler/workbench.ts';

/**
 * A scheduler as a process of its own, for tests that kill it. Arguments: workspace, worker, architectures
 * (empty: it queues nothing; `resume`: it goes on with what was interrupted, and with what had failed), epochs. It says
 * one JSON line for each thing that happens.
 */
const [workspace, entry, archs, epochs] = process.argv.slice(2) as [string, string, string, string];
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function main(): Promise<void> {
  const workbench = await Workbench.open(workspace, { command: 'a test', job: { entry, graceMs: 2000 } });
  say({ type: 'open', pid: process.pid });
  if (archs === '') return;
  workbench.on('worker-event', (runId, event) =>
    say({ ...event, runId, ...(event.type === 'run-started' ? { worker: workerOf(runId) } : {}) }),
  );
  if (archs === 'resume') {
    for (const { runId, state } of workbench.queue.items)
      if (state === 'failed') await workbench.perform({ verb: 'retry', runId });
    await workbench.resumeInterrupted();
  } else await enqueue(workbench);
  await workbench.whenIdle();
  say({ type: 'queue', items: workbench.queue.items });
  await workbench.close();
}

/** The process that trains a run. */
function workerOf(runId: string): number {
  const text = readFileSync(join(workspace, 'runs', runId, 'worker.json'), 'utf8');
  return (JSON.parse(text) as { pid: number }).pid;
}

async function enqueue(workbench: Workbench): Promise<void> {
  const grid = parseGrid({ blocks: [{ arch: archs.split(','), size: 32, epochs: Number(epochs) }] });
  await workbench.enqueue({ path: '/data/paddy', options: {}, manifest: null }, grid);
}

main().catch((error: unknown) => {
  say({ type: 'error', code: (error as { code?: string }).code, message: String(error) });
  process.exit(1);
});
// The lock is held until the process is killed.
if (archs === '') setInterval(() => undefined, 1000);
