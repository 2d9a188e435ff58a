import { type Chunk, PoolAllocator } from './allocator.ts';
import { ANY, OWN, StepKind, type Steps } from './steps.ts';

/** A variable's memory between two runs. */
interface Held {
  bytes: number;
  chunk: Chunk | null;
}

/** Of a buffer that was let go: whoever else holds it must find nothing to free. */
const GONE = 2 ** 30;
/** In place of a buffer: memory that is there anyway. */
const NONE = -1;

/**
 * What a TensorFlow session would take: runs fetches without computing anything, in the order in which TensorFlow's executor
 * would, and keeps the books of its allocator. Variables live on from one run to the next.
 */
export class MemorySession {
  readonly pool: PoolAllocator;
  /** The most that was handed out at once. */
  mostLive = 0;
  readonly #variables = new Map<string, Held>();

  constructor(pool = new PoolAllocator()) {
    this.pool = pool;
  }

  /** The same state again, which goes its own way. */
  copy(): MemorySession {
    const { pool, chunks } = this.pool.copy();
    const session = new MemorySession(pool);
    session.mostLive = this.mostLive;
    for (const [name, { bytes, chunk }] of this.#variables)
      session.#variables.set(name, { bytes, chunk: chunk === null ? null : chunks.get(chunk)! });
    return session;
  }

  /** Runs one fetch. */
  run(steps: Steps, pictures: number): void {
    const run = new Run(this.pool, steps, this.#variables);
    this.mostLive = Math.max(this.mostLive, run.go(pictures));
    run.keep(this.#variables);
  }
}

/** One run: which output lies in which buffer, and who still needs it. Buffers are places in lists, those of variables first. */
class Run {
  readonly #pool: PoolAllocator;
  readonly #steps: Steps;
  readonly #bytes: number[] = [];
  readonly #chunks: (Chunk | null)[] = [];
  /** Readers that are yet to come, and one for the variable that holds it. */
  readonly #needs: number[] = [];
  /** The buffer of each output, and of each variable. */
  readonly #buffers: Int32Array;
  readonly #variables: Int32Array;
  /** Buffers that were there before. */
  readonly #given: number;

  constructor(pool: PoolAllocator, steps: Steps, held: ReadonlyMap<string, Held>) {
    const { readers, names } = steps;
    this.#pool = pool;
    this.#steps = steps;
    this.#buffers = new Int32Array(readers.length).fill(NONE);
    this.#variables = new Int32Array(names.length).fill(NONE);
    for (let variable = 0; variable < names.length; variable++) {
      const value = held.get(names[variable]!);
      if (value !== undefined) this.#variables[variable] = this.#hold(value.bytes, value.chunk, 1);
    }
    this.#given = this.#needs.length;
  }

  /** @returns the most that was handed out at once */
  go(pictures: number): number {
    const { kinds } = this.#steps;
    let most = 0;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === StepKind.Update) this.#update(step);
      else if (kinds[step] !== StepKind.None) this.#start(step, kinds[step]!, pictures);
      if (this.#pool.live > most) most = this.#pool.live;
      this.#finish(step);
    }
    return most;
  }

  /** Notes what the variables hold now. */
  keep(held: Map<string, Held>): void {
    const { names } = this.#steps;
    for (let variable = 0; variable < names.length; variable++) {
      const buffer = this.#variables[variable]!;
      // Those that were not written to are noted as they are.
      if (buffer === NONE || buffer < this.#given) continue;
      held.set(names[variable]!, { bytes: this.#bytes[buffer]!, chunk: this.#chunks[buffer]! });
    }
  }

  #start(step: number, kind: number, pictures: number): void {
    const { firstOutput, fixed, perPicture, readers, variables, firstVariable } = this.#steps;
    const first = firstOutput[step]!;
    for (let output = first; output < firstOutput[step + 1]!; output++) {
      const bytes = fixed[output]! + perPicture[output]! * pictures;
      let buffer = NONE;
      if (output === first && kind === StepKind.Read)
        buffer = this.#variables[variables[firstVariable[step]!]!]!;
      else {
        if (kind === StepKind.Forward) buffer = this.#forwarded(step, output, bytes);
        if (buffer === NONE) buffer = this.#hold(bytes, this.#pool.allocate(bytes), 0);
      }
      if (buffer !== NONE) this.#needs[buffer]! += readers[output]!;
      this.#buffers[output] = buffer;
    }
  }

  #finish(step: number): void {
    const { firstOutput, firstInput, inputs } = this.#steps;
    const buffers = this.#buffers;
    for (let input = firstInput[step]!; input < firstInput[step + 1]!; input++)
      this.#release(buffers[inputs[input]!]!, 1);
    // Outputs that nobody reads are let go at once.
    for (let output = firstOutput[step]!; output < firstOutput[step + 1]!; output++)
      this.#release(buffers[output]!, 0);
  }

  /** An input's memory that nobody else needs and an output can take over. */
  #forwarded(step: number, output: number, bytes: number): number {
    const { firstInput, inputs, takes } = this.#steps;
    const taken = takes[output]!;
    if (taken === OWN) return NONE;
    if (taken !== ANY) return this.#lastNeeded(this.#buffers[taken]!, bytes);
    for (let input = firstInput[step]!; input < firstInput[step + 1]!; input++) {
      const buffer = this.#lastNeeded(this.#buffers[inputs[input]!]!, bytes);
      if (buffer !== NONE) return buffer;
    }
    return NONE;
  }

  /** The buffer where it is of this size and one reader alone is yet to come. */
  #lastNeeded(buffer: number, bytes: number): number {
    return buffer !== NONE && this.#needs[buffer] === 1 && this.#bytes[buffer] === bytes ? buffer : NONE;
  }

  /** A variable whose value is still being read elsewhere is copied before it is written to. */
  #update(step: number): void {
    const { firstVariable, variables, firstInput, inputs } = this.#steps;
    for (let place = firstVariable[step]!; place < firstVariable[step + 1]!; place++) {
      const variable = variables[place]!;
      const before = this.#variables[variable]!;
      if (before !== NONE && this.#needs[before] === 1) continue;
      const given =
        firstInput[step + 1]! > firstInput[step]! ? this.#buffers[inputs[firstInput[step + 1]! - 1]!]! : NONE;
      const source = before === NONE ? given : before;
      const bytes = source === NONE ? 0 : this.#bytes[source]!;
      this.#variables[variable] = this.#hold(bytes, this.#pool.allocate(bytes), 1);
      this.#release(before, 1);
    }
  }

  /** @returns the new buffer's place */
  #hold(bytes: number, chunk: Chunk | null, needs: number): number {
    this.#bytes.push(bytes);
    this.#chunks.push(chunk);
    return this.#needs.push(needs) - 1;
  }

  #release(buffer: number, uses: number): void {
    if (buffer === NONE) return;
    const needs = this.#needs[buffer]! - uses;
    this.#needs[buffer] = needs > 0 ? needs : GONE;
    if (needs <= 0) this.#pool.free(this.#chunks[buffer]!, this.#bytes[buffer]!);
  }
}
