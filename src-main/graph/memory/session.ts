import { type Chunk, PoolAllocator } from './allocator.ts';
import type { Step, Steps } from './steps.ts';

/** Memory that several outputs may share. */
interface Buffer {
  bytes: number;
  chunk: Chunk | null;
  /** Readers that are yet to come, and one for the variable that holds it. */
  needs: number;
}

/**
 * What a TensorFlow session would take: runs fetches without computing anything, in the order in which TensorFlow's executor
 * would, and keeps the books of its allocator. Variables live on from one run to the next.
 */
export class MemorySession {
  readonly pool = new PoolAllocator();
  /** The most that was handed out at once. */
  mostLive = 0;
  readonly #variables = new Map<string, Buffer>();

  /** Runs one fetch. */
  run({ steps, readers }: Steps, pictures: number): void {
    const run = new Run(this.pool, this.#variables, readers);
    for (const step of steps) {
      run.start(step, pictures);
      this.mostLive = Math.max(this.mostLive, this.pool.live);
      run.finish(step);
    }
  }
}

/** Which output lies where during one run, and who still needs it. */
class Run {
  readonly #pool: PoolAllocator;
  readonly #variables: Map<string, Buffer>;
  /** The buffer of each output; null: memory that is there anyway. */
  readonly #buffers: (Buffer | null)[];
  readonly #readers: Int32Array;

  constructor(pool: PoolAllocator, variables: Map<string, Buffer>, readers: Int32Array) {
    this.#pool = pool;
    this.#variables = variables;
    this.#buffers = new Array<Buffer | null>(readers.length).fill(null);
    this.#readers = readers;
  }

  start(step: Step, pictures: number): void {
    if (step.kind === 'update') return this.#update(step);
    if (step.kind === 'fed') return;
    for (let i = 0; i < step.outputs.length; i++) {
      const { fixed, perPicture } = step.outputs[i]!;
      const output = step.firstOutput + i;
      const bytes = fixed + perPicture * pictures;
      const shared = this.#shared(step, i, bytes);
      const buffer = shared === undefined ? this.#allocate(bytes) : shared;
      if (buffer !== null) buffer.needs += this.#readers[output]!;
      this.#buffers[output] = buffer;
    }
  }

  finish(step: Step): void {
    for (const input of step.inputs) this.#release(this.#buffers[input]!, 1);
    // Outputs that nobody reads are let go at once.
    const end = step.firstOutput + step.outputs.length;
    for (let output = step.firstOutput; output < end; output++) this.#release(this.#buffers[output]!, 0);
  }

  /** The memory that an output shares with another tensor; undefined: it needs its own. */
  #shared(step: Step, output: number, bytes: number): Buffer | null | undefined {
    if (step.kind === 'forward') {
      for (const input of step.takes[output] ?? []) {
        const buffer = this.#buffers[input]!;
        if (buffer !== null && buffer.needs === 1 && buffer.bytes === bytes) return buffer;
      }
      return undefined;
    }
    if (output > 0) return undefined;
    if (step.kind === 'alias') return this.#buffers[step.inputs[0]!]!;
    if (step.kind === 'read') return this.#variables.get(step.variables[0]!) ?? null;
    return undefined;
  }

  /** A variable whose value is still being read elsewhere is copied before it is written to. */
  #update(step: Step): void {
    for (const variable of step.variables) {
      const held = this.#variables.get(variable);
      if (held !== undefined && held.needs === 1) continue;
      const value = step.inputs.at(-1);
      const bytes = held?.bytes ?? (value === undefined ? 0 : (this.#buffers[value]?.bytes ?? 0));
      const copy = this.#allocate(bytes);
      copy.needs = 1;
      this.#variables.set(variable, copy);
      this.#release(held ?? null, 1);
    }
  }

  #allocate(bytes: number): Buffer {
    return { bytes, chunk: this.#pool.allocate(bytes), needs: 0 };
  }

  #release(buffer: Buffer | null, uses: number): void {
    if (buffer === null) return;
    buffer.needs -= uses;
    if (buffer.needs > 0) return;
    // Nobody comes back to it: a second release of the same buffer must find nothing to free.
    buffer.needs = Infinity;
    this.#pool.free(buffer.chunk, buffer.bytes);
  }
}
