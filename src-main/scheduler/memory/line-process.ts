import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface LineProcessEvents {
  line(line: string): void;
  /** It ended, or could not be started: it will be started again after a while unless it is `missing`. */
  ended(reason: string, missing: boolean): void;
}

export interface LineProcessOptions {
  firstWaitMs?: number | undefined;
  /** So long without {@link LineProcess.alive}: it hangs, and is ended to be started again. Default: never. */
  patienceMs?: number;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Lives longer than this: it worked, and the next wait is a short one again. */
const GOOD_AFTER_MS = 10_000;

/** Keeps a program running that prints lines for ever, and starts it again, ever more patiently, when it ends. */
export class LineProcess {
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #events: LineProcessEvents;
  readonly #firstWaitMs: number;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #waitMs: number;
  #stopped = false;
  readonly #patienceMs: number | undefined;
  #watch: NodeJS.Timeout | null = null;

  constructor(
    program: string,
    args: readonly string[],
    events: LineProcessEvents,
    { firstWaitMs = FIRST_WAIT_MS, patienceMs }: LineProcessOptions = {},
  ) {
    this.#patienceMs = patienceMs;
    this.#program = program;
    this.#args = args;
    this.#events = events;
    this.#firstWaitMs = firstWaitMs;
    this.#waitMs = firstWaitMs;
  }

  start(): void {
    this.#stopped = false;
    const began = Date.now();
    let errors = '';
    const child = spawn(this.#program, this.#args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    // It must not keep a command alive that has nothing left to do.
    child.unref();
    for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref?(): void }).unref?.();
    createInterface({ input: child.stdout }).on('line', (line) => this.#events.line(line));
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-500)));
    this.alive();
    let over = false;
    const end = (reason: string, missing: boolean): void => {
      if (over) return;
      over = true;
      this.#child = null;
      this.#unwatch();
      if (this.#stopped) return;
      if (Date.now() - began > GOOD_AFTER_MS) this.#waitMs = this.#firstWaitMs;
      this.#events.ended(reason, missing);
      if (missing) return;
      this.#timer = setTimeout(() => this.start(), this.#waitMs);
      this.#timer.unref();
      this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
    };
    child.on('error', (error: NodeJS.ErrnoException) => end(error.message, error.code === 'ENOENT'));
    child.on('close', (code, signal) => {
      const how = signal === null ? `code ${code}` : String(signal);
      end(`${this.#program} ended with ${how}${errors.trim() === '' ? '' : `: ${errors.trim()}`}`, false);
    });
  }

  /** It said something that makes sense. */
  alive(): void {
    this.#unwatch();
    if (this.#patienceMs === undefined) return;
    this.#watch = setTimeout(() => this.#child?.kill('SIGKILL'), this.#patienceMs);
    this.#watch.unref();
  }

  #unwatch(): void {
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#watch = null;
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch();
    if (this.#timer !== null) clearTimeout(this.#timer);
    // A child that could not be started has no pid yet, and Node would then send the signal to our own process group.
    if (this.#child?.pid !== undefined) this.#child.kill();
    this.#child = null;
  }
}
