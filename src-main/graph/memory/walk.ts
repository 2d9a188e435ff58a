import { ANY, OWN, type Steps } from './steps.ts';
import { StepKind } from './wiring.ts';

/** Of a buffer that was let go: whoever else holds it must find nothing to free. */
const GONE = 2 ** 30;
/** In place of a buffer: memory that is there anyway. */
const NONE = -1;

/**
 * What one fetch takes and gives back, in order, for any number of pictures. Each event is a slot where memory is taken, its
 * complement (`~slot`) where the slot's memory is given back; slots are used again.
 */
export interface Trace {
  readonly events: Int32Array;
  /** What is taken, one after the other: `fixed + perPicture × pictures` bytes. */
  readonly fixed: Float64Array;
  readonly perPicture: Float64Array;
}

/** A variable's memory between two fetches. */
interface Held {
  slot: number;
  fixed: number;
  perPicture: number;
}

/**
 * Goes through fetches as TensorFlow's executor would, computing nothing, and notes who takes memory and who gives it back: which
 * output lies in which buffer, and who still needs it. Sizes stay open, so that one walk does for any number of pictures.
 * Variables live on from one fetch to the next.
 */
export class MemoryWalk {
  readonly #variables = new Map<string, Held>();
  /** Slots that were used and are free. */
  readonly #free: number[] = [];
  #slots = 0;

  /** The same state again, which goes its own way. */
  copy(): MemoryWalk {
    const walk = new MemoryWalk();
    for (const [name, held] of this.#variables) walk.#variables.set(name, held);
    walk.#free.push(...this.#free);
    walk.#slots = this.#slots;
    return walk;
  }

  /** Goes through one fetch. */
  trace(steps: Steps): Trace {
    const fetch = new Fetch(steps, this.#variables);
    fetch.go();
    const trace = fetch.trace(
      () => this.#free.pop() ?? this.#slots++,
      (slot) => this.#free.push(slot),
    );
    fetch.keep(this.#variables);
    return trace;
  }
}

/** One fetch on its way. Buffers are places in lists, those of variables first. */
class Fetch {
  readonly #steps: Steps;
  /** Buffers as they are taken, and their complements as they are given back. */
  readonly #events: Int32Array;
  #happened = 0;
  readonly #fixed: Float64Array;
  readonly #perPicture: Float64Array;
  /** Of each buffer: readers that are yet to come, and one for the variable that holds it. */
  readonly #needs: Int32Array;
  readonly #slots: Int32Array;
  #count = 0;
  /** The buffer of each output, and of each variable. */
  readonly #buffers: Int32Array;
  readonly #variables: Int32Array;
  /** Buffers that were there before. */
  readonly #given: number;

  constructor(steps: Steps, held: ReadonlyMap<string, Held>) {
    const { readers, names, variables } = steps;
    const most = names.length + readers.length + variables.length;
    this.#steps = steps;
    this.#events = new Int32Array(2 * most);
    this.#fixed = new Float64Array(most);
    this.#perPicture = new Float64Array(most);
    this.#needs = new Int32Array(most);
    this.#slots = new Int32Array(most);
    this.#buffers = new Int32Array(readers.length).fill(NONE);
    this.#variables = new Int32Array(names.length).fill(NONE);
    for (let variable = 0; variable < names.length; variable++) {
      const value = held.get(names[variable]!);
      if (value === undefined) continue;
      const buffer = this.#hold(value.fixed, value.perPicture, 1);
      this.#slots[buffer] = value.slot;
      this.#variables[variable] = buffer;
    }
    this.#given = this.#count;
  }

  go(): void {
    const { kinds } = this.#steps;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === StepKind.Update) this.#update(step);
      else if (kinds[step] !== StepKind.None) this.#start(step, kinds[step]!);
      this.#finish(step);
    }
  }

  /** What was taken and given back. @param take a slot; its number comes back by `give` */
  trace(take: () => number, give: (slot: number) => void): Trace {
    const events = this.#events.slice(0, this.#happened);
    for (let event = 0; event < events.length; event++) {
      const buffer = events[event]!;
      if (buffer >= 0) events[event] = this.#slots[buffer] = take();
      else {
        const slot = this.#slots[~buffer]!;
        events[event] = ~slot;
        give(slot);
      }
    }
    return {
      events,
      fixed: this.#fixed.slice(this.#given, this.#count),
      perPicture: this.#perPicture.slice(this.#given, this.#count),
    };
  }

  /** Notes what the variables hold now, once their slots are known. */
  keep(held: Map<string, Held>): void {
    const { names } = this.#steps;
    for (let variable = 0; variable < names.length; variable++) {
      const buffer = this.#variables[variable]!;
      // Those that were not written to are noted as they are.
      if (buffer === NONE || buffer < this.#given) continue;
      held.set(names[variable]!, {
        slot: this.#slots[buffer]!,
        fixed: this.#fixed[buffer]!,
        perPicture: this.#perPicture[buffer]!,
      });
    }
  }

  #start(step: number, kind: number): void {
    const { firstOutput, fixed, perPicture, readers, variables, firstVariable } = this.#steps;
    const first = firstOutput[step]!;
    for (let output = first; output < firstOutput[step + 1]!; output++) {
      let buffer = NONE;
      if (output === first && kind === StepKind.Read)
        buffer = this.#variables[variables[firstVariable[step]!]!]!;
      else {
        if (kind === StepKind.Forward) buffer = this.#forwarded(step, output);
        if (buffer === NONE) buffer = this.#take(fixed[output]!, perPicture[output]!, 0);
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
  #forwarded(step: number, output: number): number {
    const { firstInput, inputs, takes } = this.#steps;
    const taken = takes[output]!;
    if (taken === OWN) return NONE;
    if (taken !== ANY) return this.#lastNeeded(this.#buffers[taken]!, output);
    for (let input = firstInput[step]!; input < firstInput[step + 1]!; input++) {
      const buffer = this.#lastNeeded(this.#buffers[inputs[input]!]!, output);
      if (buffer !== NONE) return buffer;
    }
    return NONE;
  }

  /** The buffer where it is of an output's size, whatever the number of pictures, and one reader alone is yet to come. */
  #lastNeeded(buffer: number, output: number): number {
    if (buffer === NONE || this.#needs[buffer] !== 1) return NONE;
    const { fixed, perPicture } = this.#steps;
    const same = this.#fixed[buffer] === fixed[output] && this.#perPicture[buffer] === perPicture[output];
    return same ? buffer : NONE;
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
      this.#variables[variable] =
        source === NONE
          ? this.#take(0, 0, 1)
          : this.#take(this.#fixed[source]!, this.#perPicture[source]!, 1);
      this.#release(before, 1);
    }
  }

  /** @returns the new buffer */
  #take(fixed: number, perPicture: number, needs: number): number {
    const buffer = this.#hold(fixed, perPicture, needs);
    this.#events[this.#happened++] = buffer;
    return buffer;
  }

  #hold(fixed: number, perPicture: number, needs: number): number {
    const buffer = this.#count++;
    this.#fixed[buffer] = fixed;
    this.#perPicture[buffer] = perPicture;
    this.#needs[buffer] = needs;
    return buffer;
  }

  #release(buffer: number, uses: number): void {
    if (buffer === NONE) return;
    const needs = this.#needs[buffer]! - uses;
    this.#needs[buffer] = needs > 0 ? needs : GONE;
    if (needs <= 0) this.#events[this.#happened++] = ~buffer;
  }
}
