import { Worker } from 'node:worker_threads';

/**
 * The watching thread. `process.ppid` is asked of the kernel each time and changes when the parent has died. It waits a
 * little, so that a worker between two steps leaves by itself, and then kills its own process.
 */
const watch = `
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2000);
  }, 500);
`;

/**
 * Ends this process soon after its parent has died. The closed channel alone does not: its event waits until the native call
 * that blocks the main thread (a training step, a graph being optimised) returns, which can take minutes on a busy machine.
 */
export function endWithParent(): void {
  const thread = new Worker(watch, {
    eval: true,
    stdout: false,
    stderr: false,
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  });
  thread.unref();
}
