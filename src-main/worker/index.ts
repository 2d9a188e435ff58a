import { availableParallelism } from 'node:os';
import { toErrorPayload } from '../../shared/errors.ts';
import { type Job, type WorkerEvent, workerCommandSchema } from '../../shared/ipc/job.ts';
import type { JobContext } from './context.ts';
import { endWithParent } from './orphan-watch.ts';

/**
 * A worker's life: one job in, messages out, exit. It is a plain Node process, the only place where TensorFlow is loaded,
 * and it ends by itself when its parent is gone (the channel closes), so that no orphan holds a card.
 */
const controller = new AbortController();

// libuv makes its threads when the first one is needed; the four it makes by itself leave cores idle while pictures are decoded.
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism() + 2));

function emit(event: WorkerEvent): void {
  if (process.connected) process.send?.(event);
}

async function runJob(job: Job, context: JobContext): Promise<unknown> {
  // Imported when needed: a dataset check must not wait for TensorFlow to load.
  switch (job.type) {
    case 'inspect':
      return (await import('./jobs/inspect.ts')).run(job, context);
    case 'sample':
      return (await import('./jobs/sample.ts')).run(job, context);
    case 'collab-sample':
      return (await import('./jobs/collab-sample.ts')).run(job, context);
    case 'collab-train':
      return (await import('./jobs/collab-train.ts')).run(job, context);
    case 'collab-inspect':
      return (await import('./jobs/collab-inspect.ts')).run(job, context);
    case 'collab-look':
      return (await import('./jobs/collab-look.ts')).run(job);
    case 'collab-top':
      return (await import('./jobs/collab-top.ts')).run(job, context);
    case 'train':
      return (await import('./jobs/train.ts')).run(job, context);
    case 'predict':
      return (await import('./jobs/predict.ts')).run(job, context);
    case 'preview':
      return (await import('./jobs/preview.ts')).run(job, context);
    case 'unpack':
      return (await import('./jobs/unpack.ts')).run(job, context);
    case 'model-forward':
      return (await import('./jobs/model-forward.ts')).run(job, context);
    case 'model-grad':
      return (await import('./jobs/model-grad.ts')).run(job, context);
    case 'bench-step':
      return (await import('./jobs/bench-step.ts')).run(job, context);
    case 'bench-loader':
      return (await import('./jobs/bench-loader.ts')).run(job, context);
    case 'fetch-weights':
      return (await import('./jobs/fetch-weights.ts')).run(job, context);
    case 'check-weights':
      return (await import('./jobs/check-weights.ts')).run(job, context);
    case 'memory-forecast':
      return (await import('./jobs/memory-forecast.ts')).run(job, context);
    case 'memory-probe':
      return (await import('./jobs/memory-probe.ts')).run(job, context);
    case 'native-check':
      return (await import('./jobs/native-check.ts')).run(job, context);
  }
}

/** Sends the last message and leaves once it is through the channel. */
function finish(event: WorkerEvent, code: number): void {
  if (process.connected && process.send) process.send(event, () => process.exit(code));
  else process.exit(code);
}

endWithParent();
// Ctrl-C reaches the whole process group: the scheduler decides what it means and says so over the channel.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(3));
process.on('message', (message: unknown) => {
  const command = workerCommandSchema.safeParse(message);
  if (!command.success) {
    finish({ type: 'failed', error: toErrorPayload(new Error(`Not a job: ${command.error.message}`)) }, 2);
    return;
  }
  if (command.data.type === 'cancel') {
    controller.abort();
    return;
  }
  runJob(command.data.job, { emit, signal: controller.signal }).then(
    (result) => finish({ type: 'done', result }, 0),
    (error: unknown) => finish({ type: 'failed', error: toErrorPayload(error) }, 1),
  );
});
