import { parseGrid } from '../../../src-main/scheduler/grid-file.ts';
import { Workbench } from '../../../src-main/scheduler/workbench.ts';

/**
 * A scheduler as a process of its own, for tests that kill it. Arguments: workspace, worker, architectures, epochs. It says
 * one JSON line for each thing that happens.
 */
const [workspace, entry, archs, epochs] = process.argv.slice(2) as [string, string, string, string];
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function main(): Promise<void> {
  const workbench = await Workbench.open(workspace, { command: 'a test', job: { entry, graceMs: 2000 } });
  say({ type: 'open', pid: process.pid });
  if (archs === '') return;
  workbench.on('worker-event', (runId, event) => say({ ...event, runId }));
  const grid = parseGrid({ blocks: [{ arch: archs.split(','), size: 32, epochs: Number(epochs) }] });
  await workbench.enqueue({ path: '/data/paddy', options: {}, manifest: null }, grid);
  await workbench.whenIdle();
  say({ type: 'queue', items: workbench.queue.items });
  await workbench.close();
}

main().catch((error: unknown) => {
  say({ type: 'error', code: (error as { code?: string }).code, message: String(error) });
  process.exit(1);
});
// The lock is held until the process is killed.
if (archs === '') setInterval(() => undefined, 1000);
