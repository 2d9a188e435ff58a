import { type ChildProcess, fork } from 'node:child_process';
import { GranaryError, fromErrorPayload } from '../../shared/errors.ts';
import {
  type Job,
  type JobOf,
  type JobResult,
  type WorkerEvent,
  jobResultSchemas,
  workerEventSchema,
} from '../../shared/ipc/job.ts';
import { entryPath } from '../files/paths.ts';

/** A worker at work: its result, and a bounded way to stop it. */
export interface RunningJob<T extends Job['type']> {
  pid: number | undefined;
  /** Rejects with a GranaryError: the worker's own, or WORKER_CRASHED / WORKER_KILLED when it ended without a word. */
  result: Promise<JobResult<T>>;
  /** Asks the worker to stop between two steps; kills it when it has not answered in time. */
  stop(): void;
}

const STOP_GRACE_MS = 10_000;

/** Starts one plain Node process for one job. Messages are parsed at the door; anything malformed is a crash. */
export function startJob<J extends Job>(
  job: J,
  onEvent: (event: WorkerEvent) => void = () => undefined,
): RunningJob<J['type']> {
  const child: ChildProcess = fork(entryPath('worker'), [], {
    // Under Electron `fork` would start Electron: workers are plain Node (TensorFlow crashes inside Electron).
    execPath: process.env['GRANARY_NODE'] ?? process.execPath,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
    env: {
      ...process.env,
      TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2',
      TF_ENABLE_ONEDNN_OPTS: '1',
    },
  });
  let tail = '';
  const keepTail = (chunk: Buffer): void => {
    tail = (tail + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', keepTail);
  child.stderr?.on('data', keepTail);
  let timer: NodeJS.Timeout | undefined;

  const result = new Promise<JobResult<J['type']>>((resolve, reject) => {
    let settled = false;
    const settle = (action: () => void): void => {
      settled = true;
      action();
    };
    child.on('message', (message) => {
      const event = workerEventSchema.parse(message);
      if (event.type === 'done') {
        settle(() =>
          resolve(jobResultSchemas[job.type].parse(event.result) as JobResult<JobOf<J['type']>['type']>),
        );
      } else if (event.type === 'failed') settle(() => reject(fromErrorPayload(event.error)));
      else onEvent(event);
    });
    child.on('error', (error) => settle(() => reject(error)));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (settled) return;
      const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      reject(
        new GranaryError(
          signal === 'SIGKILL' ? 'WORKER_KILLED' : 'WORKER_CRASHED',
          `The worker process ${how} before it finished.${tail === '' ? '' : ` Its last words: ${tail.trim()}`}`,
          'Finished epochs are kept. Start the run again; if it happens again, report it with the run folder.',
        ),
      );
    });
    child.send({ type: 'job', job });
  });
  return {
    pid: child.pid,
    result,
    stop() {
      if (child.connected) child.send({ type: 'cancel' });
      timer ??= setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    },
  };
}
