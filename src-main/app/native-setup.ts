import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ErrorPayload } from '../../shared/errors.ts';
import type { SetUpState } from '../../shared/ipc/set-up.ts';
import { type SetUpEnding, endedSilently, readEndingLine, useNativeParts } from '../files/set-up-program.ts';

interface Program {
  node: string;
  script: string;
}

/**
 * The packaged app's first start: TensorFlow's library is found in the user's cache or fetched, by a program of its own on the
 * Node that ships with the app. Later starts only look, in well under a second. Workers that start meanwhile say that it is missing.
 */
export class NativeSetup {
  readonly #program: Program | null;
  readonly #changed: (state: SetUpState) => void;
  #state: SetUpState;

  /** @param program null where set-up was done before the app was started (a checkout) */
  constructor(program: Program | null, changed: (state: SetUpState) => void) {
    this.#program = program;
    this.#changed = changed;
    this.#state = { status: program === null ? 'ready' : 'idle', doing: '', share: null, error: null };
  }

  get state(): SetUpState {
    return this.#state;
  }

  /** Does nothing while it is at work, or done. */
  start(): void {
    if (this.#program === null || this.#state.status === 'working' || this.#state.status === 'ready') return;
    const { node, script } = this.#program;
    this.#set({ status: 'working', doing: 'Looking for TensorFlow', share: null, error: null });
    const child = spawn(node, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    let ending: SetUpEnding | null = null;
    createInterface({ input: child.stdout }).on('line', (line) => {
      ending = readEndingLine(line) ?? ending;
      if (!line.startsWith('{')) this.#said(line.trim());
    });
    child.stderr.on('data', (chunk: Buffer) => (words = (words + String(chunk)).slice(-2000)));
    child.on('error', (error) => this.#failed(cannotStart(error)));
    child.on('close', (code) => {
      if (ending !== null && 'addon' in ending) {
        useNativeParts(ending);
        this.#set({ status: 'ready', doing: '', share: null, error: null });
      } else this.#failed(ending === null ? endedSilently(code, words) : ending.error);
    });
  }

  /** A line for the user; one with `(42 %)` in it tells how far a download is. */
  #said(line: string): void {
    if (line === '') return;
    const percent = /\((\d+) %\)/.exec(line)?.[1];
    this.#set({ ...this.#state, doing: line, share: percent === undefined ? null : Number(percent) / 100 });
  }

  #failed(error: ErrorPayload): void {
    if (this.#state.status !== 'failed') this.#set({ ...this.#state, status: 'failed', error });
  }

  #set(state: SetUpState): void {
    this.#state = state;
    this.#changed(state);
  }
}

function cannotStart({ message }: Error): ErrorPayload {
  const fix = 'Try again, or report it.';
  return { code: 'NATIVE_BROKEN', message: `Set-up could not be started: ${message}.`, fix };
}
