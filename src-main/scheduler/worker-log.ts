import { type WriteStream, createWriteStream, openSync } from 'node:fs';

const TAIL_CHARACTERS = 4000;
const HELD_CHARACTERS = 1_000_000;
/** What TensorFlow prints whenever it starts: it would take up a short message. */
const ALWAYS_SAID = /WARNING: All log messages before absl::InitializeLog|oneDNN custom operations are on/;

/**
 * What a worker prints. Until its run folder is there the text is held; then it goes to `worker.log`. The last lines are kept
 * for the message of a crash.
 */
export class WorkerLog {
  readonly #path: string | undefined;
  #held = '';
  #stream: WriteStream | null = null;
  #tail = '';

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** The last few lines that say something. */
  get words(): string {
    const lines = this.#tail.split('\n').filter((line) => !ALWAYS_SAID.test(line));
    return lines.join('\n').trim();
  }

  write(chunk: Buffer | string): void {
    const text = chunk.toString();
    this.#tail = (this.#tail + text).slice(-TAIL_CHARACTERS);
    if (this.#stream !== null) this.#stream.write(text);
    else if (this.#path !== undefined) this.#held = (this.#held + text).slice(-HELD_CHARACTERS);
  }

  /** Says that the folder is there. */
  open(): void {
    if (this.#path === undefined || this.#stream !== null) return;
    try {
      // Made at once: later, a folder that was being removed would be found not to be empty.
      this.#stream = createWriteStream(this.#path, { fd: openSync(this.#path, 'a') });
    } catch {
      // A full disk or a deleted folder: the run itself will say so.
      return;
    }
    this.#stream.on('error', () => undefined);
    this.#stream.write(this.#held);
    this.#held = '';
  }

  close(): void {
    this.#stream?.end();
  }
}
