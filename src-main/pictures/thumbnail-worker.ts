import { type ChildProcess, fork } from 'node:child_process';
import { GranaryError, fromErrorPayload } from '../../shared/errors.ts';
import { type ThumbnailRequest, thumbnailReplySchema } from '../../shared/ipc/thumbnails.ts';
import { entryPath } from '../files/paths.ts';
import { nodeBinary } from '../scheduler/node-binary.ts';

type Made = { path: string; bytes: number };
interface Waiting {
  resolve(made: Made): void;
  reject(error: unknown): void;
}

/** A worker with nothing to do for this long goes, and takes its memory along. */
const IDLE_MS = 30_000;
/** One that does not answer for this long hangs, and is ended with all that it was asked. */
const HANGS_MS = 60_000;

/** The process that makes thumbnails: started when it is needed, ended when it is idle, started anew after a crash. */
export class ThumbnailWorker {
  readonly #entry: string;
  #child: ChildProcess | null = null;
  #waiting = new Map<number, Waiting>();
  #tickets = 0;
  #idle: NodeJS.Timeout | undefined;
  #hangs: NodeJS.Timeout | undefined;

  constructor(entry: string = entryPath('thumbnailer')) {
    this.#entry = entry;
  }

  /** @throws GranaryError the worker's own; WORKER_CRASHED when it died over this or another picture */
  make(request: Omit<ThumbnailRequest, 'ticket'>): Promise<Made> {
    const ticket = ++this.#tickets;
    return new Promise((resolve, reject) => {
      let child: ChildProcess;
      try {
        child = this.#child ??= this.#start();
      } catch (error) {
        reject(error as Error);
        return;
      }
      this.#waiting.set(ticket, { resolve, reject });
      this.#watch();
      child.send({ ...request, ticket }, (error) => {
        if (error !== null) this.#settle(ticket, (waiting) => waiting.reject(crashed()));
      });
    });
  }

  /** Ends the process; what waits is refused. */
  close(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#hangs);
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  #start(): ChildProcess {
    const { ELECTRON_RUN_AS_NODE: _electron, NODE_OPTIONS: _options, ...env } = process.env;
    const child = fork(this.#entry, [], {
      execPath: nodeBinary(),
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env,
    });
    child.on('message', (message) => {
      const reply = thumbnailReplySchema.safeParse(message);
      if (!reply.success) return;
      const { data } = reply;
      this.#settle(data.ticket, (waiting) =>
        data.ok ? waiting.resolve(data) : waiting.reject(fromErrorPayload(data.error)),
      );
    });
    const gone = (): void => {
      if (this.#child !== child && this.#child !== null) return;
      this.#child = null;
      const lost = this.#waiting;
      this.#waiting = new Map();
      for (const waiting of lost.values()) waiting.reject(crashed());
    };
    child.on('exit', gone);
    child.on('error', gone);
    return child;
  }

  #settle(ticket: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    this.#watch();
    if (waiting !== undefined) settle(waiting);
  }

  /** Sets the clocks anew after each question and answer. */
  #watch(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#hangs);
    if (this.#waiting.size > 0) {
      this.#hangs = setTimeout(() => this.#child?.kill('SIGKILL'), HANGS_MS);
      this.#hangs.unref();
    } else {
      this.#idle = setTimeout(() => this.close(), IDLE_MS);
      this.#idle.unref();
    }
  }
}

function crashed(): GranaryError {
  return new GranaryError('WORKER_CRASHED', 'The process that makes thumbnails ended over a picture.');
}
