import { type ChildProcess, fork } from 'node:child_process';
import { type ErrorPayload, GranaryError, fromErrorPayload } from '../../shared/errors.ts';
import {
  type Job,
  type JobResult,
  type WorkerCommand,
  type WorkerEvent,
  jobResultSchemas,
  workerEventSchema,
} from '../../shared/ipc/job.ts';
import { memoryLine, outOfMemory, tellsOfMemory } from '../../shared/out-of-memory.ts';
import { packagedFolder } from '../files/packaged.ts';
import { entryPath } from '../files/paths.ts';
import { LimitWatch } from './limit-watch.ts';
import { nodeBinary } from './node-binary.ts';
import { MemoryKills } from './memory-kills.ts';
import { inheritedLimit, limited, memoryLimit } from './worker-limit.ts';
import { WorkerLog } from './worker-log.ts';
import { workerEnvironment } from './worker-environment.ts';

/** A worker at work: its result, and a bounded way to stop it. */
export interface RunningJob<T extends Job['type']> {
  pid: number | undefined;
  /**
   * Settles when the process is gone, so that its memory is free again. Rejects with a GranaryError: the worker's own;
   * CANCELLED when it was stopped; when it ended without a word WORKER_OUT_OF_MEMORY where its last words or the system tell
   * so, else WORKER_KILLED (a signal from outside) or WORKER_CRASHED (a bug).
   */
  result: Promise<JobResult<T>>;
  /** Asks the worker to stop between two steps; kills it when it has not answered in time. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface JobOptions {
  /** The script to fork. Tests start workers that misbehave on purpose. */
  entry?: string;
  /** File that takes the worker's output, once {@link WorkerLog} is told that its folder is there. */
  logPath?: string | undefined;
  /** Time to stop after being asked, and to leave after the last message. */
  graceMs?: number;
  /** Most bytes of data that the system gives the process (RLIMIT_DATA, Linux). Default: GRANARY_WORKER_MEMORY, else none. */
  memoryLimitBytes?: number | undefined;
  /** Tells whether the system kills for want of memory. Tests say so themselves. */
  memoryKills?: Pick<MemoryKills, 'happened'>;
  /** Variables of the worker's environment besides the parent's. */
  environment?: Readonly<Record<string, string>>;
}

const GRACE_MS = 10_000;

type Outcome<T> = { ok: true; value: T } | { ok: false; error: unknown };

/** Starts one plain Node process for one job. Messages are parsed at the door. */
export function startJob<J extends Job>(
  job: J,
  onEvent: (event: WorkerEvent) => void = () => undefined,
  options: JobOptions = {},
): RunningJob<J['type']> {
  const graceMs = options.graceMs ?? GRACE_MS;
  const log = new WorkerLog(options.logPath);
  const kills = options.memoryKills ?? new MemoryKills();
  const limit = options.memoryLimitBytes ?? memoryLimit();
  const child = fork(options.entry ?? entryPath('worker'), [], {
    // Without the parent's own flags, such as --inspect or a test runner's loaders.
    ...limited(nodeBinary(), limit),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
    env: { ...workerEnvironment(job), ...options.environment },
  });
  const watch = new LimitWatch(child.pid, limit ?? inheritedLimit());
  child.stdout?.on('data', (chunk: Buffer) => log.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => log.write(chunk));

  let outcome: Outcome<JobResult<J['type']>> | undefined;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    stopping = true;
    child.kill('SIGKILL');
  };
  const killLater = (): void => {
    timer ??= setTimeout(() => child.kill('SIGKILL'), graceMs);
  };

  child.on('message', (message) => {
    const event = workerEventSchema.safeParse(message);
    if (!event.success) {
      // One malformed progress message must not cost hours of training; it is written down instead.
      log.write(`Not understood: ${JSON.stringify(message)?.slice(0, 500)}\n`);
      return;
    }
    if (event.data.type === 'done') {
      outcome = readResult<J['type']>(job.type, event.data.result);
      killLater();
    } else if (event.data.type === 'failed') {
      outcome = { ok: false, error: failureOf(event.data.error) };
      killLater();
    } else {
      if (event.data.type === 'run-started' || event.data.type === 'ratings-started') log.open();
      report(onEvent, event.data, log);
    }
  });

  const result = new Promise<JobResult<J['type']>>((resolve, reject) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      watch.stop();
      log.close();
      const full = watch.near;
      outcome ??= {
        ok: false,
        error: endedWithoutWord({ code, signal, stopping, words: log.words, kills, full }),
      };
      if (outcome.ok) resolve(outcome.value);
      else reject(outcome.error);
    };
    child.on('exit', (code, signal) => {
      // 'close' waits for the last output; a grandchild that keeps the pipe open must not hold the queue up.
      const late = setTimeout(() => settle(code, signal), 1000);
      child.on('close', () => {
        clearTimeout(late);
        settle(code, signal);
      });
    });
    child.on('error', (error) => {
      if (child.pid !== undefined) return log.write(`${error.message}\n`);
      watch.stop();
      log.close();
      reject(cannotStart(error));
    });
  });
  // The caller may look at the result late; a worker that ends before must not end the parent.
  result.catch(() => undefined);
  send(child, { type: 'job', job });
  return {
    pid: child.pid,
    result,
    stop() {
      stopping = true;
      send(child, { type: 'cancel' });
      killLater();
    },
    kill,
  };
}

/** A command that finds the channel closed is lost with reason: the exit tells the rest. */
function send(child: ChildProcess, command: WorkerCommand): void {
  if (child.connected) child.send(command, () => undefined);
}

function readResult<T extends Job['type']>(type: T, value: unknown): Outcome<JobResult<T>> {
  const parsed = jobResultSchemas[type].safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data as JobResult<T> };
  const issue = parsed.error.issues[0];
  return {
    ok: false,
    error: new GranaryError(
      'WORKER_CRASHED',
      `The worker's result of "${type}" is not as expected at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
      `Worker and Granary may be of different versions: ${packagedFolder() === null ? 'build again with `npm run setup`' : 'close Granary and start it again'}.`,
    ),
  };
}

/** A listener's bug is the listener's: it is written down and does not reach the channel. */
function report(onEvent: (event: WorkerEvent) => void, event: WorkerEvent, log: WorkerLog): void {
  try {
    onEvent(event);
  } catch (error) {
    log.write(
      `A listener failed on ${event.type}: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
  }
}

/** What a worker says it failed with; a bug's message may be that of an allocation that failed. */
function failureOf(error: ErrorPayload): GranaryError {
  return error.code === 'INTERNAL' && tellsOfMemory(error.message)
    ? outOfMemory(memoryLine(error.message))
    : fromErrorPayload(error);
}

function endedWithoutWord(end: {
  code: number | null;
  signal: NodeJS.Signals | null;
  stopping: boolean;
  /** What it printed last. */
  words: string;
  kills: Pick<MemoryKills, 'happened'>;
  /** Whether it was near the limit on its memory. */
  full: boolean;
}): GranaryError {
  const { code, signal, stopping, kills, full } = end;
  if (stopping)
    return new GranaryError('CANCELLED', 'The worker was ended because it did not stop in time.', undefined);
  const words = end.words === '' ? '' : ` Its last words: ${end.words}`;
  const kept =
    'Finished epochs are kept. Start the run again; if it happens again, report it with the run folder.';
  if (signal === 'SIGKILL' && kills.happened())
    return outOfMemory(`the system ran out of it and killed the worker${words}`);
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  if (signal !== 'SIGKILL' && tellsOfMemory(end.words)) return outOfMemory(`the worker ${how}.${words}`);
  if (signal !== 'SIGKILL' && signal !== null && full)
    return outOfMemory(`the worker had nearly all that its limit allows, and ${how}.${words}`);
  if (signal === 'SIGKILL')
    return new GranaryError(
      'WORKER_KILLED',
      `The worker process was killed from outside before it finished; often the system does so when memory runs out.${words}`,
      `${kept} Close other programs or raise --accum if memory was short.`,
    );
  return new GranaryError('WORKER_CRASHED', `The worker process ${how} before it finished.${words}`, kept);
}

function cannotStart(error: Error): GranaryError {
  return new GranaryError(
    'NATIVE_MISSING',
    `No worker process could be started: ${error.message}.`,
    'Check GRANARY_NODE and the limits on processes and memory.',
    { cause: error },
  );
}
