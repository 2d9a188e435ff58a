import { type Feed, Session } from '../../graph/session.ts';
import { readNode, valueNode } from '../../training/program/variables.ts';
import type { AdamSettings } from '../schedule.ts';
import type { Batch, CollabProgram, CollabSpec, Values } from './spec.ts';

/** A variable's name and shape. */
export type Stored = readonly [name: string, shape: readonly number[]];

/** What dense and sparse training share: one recorded graph in a session, fed in batches of a fixed shape. */
export abstract class SessionProgram implements CollabProgram {
  protected readonly spec: CollabSpec;
  protected readonly adam: AdamSettings;
  protected readonly session: Session;
  readonly nodes: number;
  steps = 0;
  calls = 0;

  protected constructor(
    spec: CollabSpec,
    adam: AdamSettings,
    { savedModel, nodes }: { savedModel: Uint8Array; nodes: number },
  ) {
    this.spec = spec;
    this.adam = adam;
    this.nodes = nodes;
    this.session = new Session(savedModel);
  }

  abstract train(rows: Batch): number;
  abstract read(): Values;
  abstract load(values: Values): void;
  abstract readState(): Values;
  abstract loadState(state: Values, steps: number): void;

  /** Runs the fetch `eval` over any number of rows, `evalBatch` a call; the last call is filled up. */
  predict(user: Int32Array, item: Int32Array): Float32Array {
    const { evalBatch } = this.spec;
    const predictions = new Float32Array(user.length);
    for (let at = 0; at < user.length; at += evalBatch) {
      const to = Math.min(user.length, at + evalBatch);
      const feeds = { user, item };
      const [out] = this.session.run(
        (['user', 'item'] as const).map((side) => ({
          name: `eval/${side}`,
          shape: [evalBatch],
          values: padded(feeds[side], at, to, evalBatch),
        })),
        ['eval'],
      );
      predictions.set((out as Float32Array).subarray(0, to - at), at);
    }
    return predictions;
  }

  dispose(): void {
    this.session.dispose();
  }

  /** Values of variables by their names. */
  protected values(names: readonly string[]): Values {
    if (names.length === 0) return new Map();
    const arrays = this.session.run([], names.map(readNode));
    return new Map(names.map((name, k) => [name, arrays[k] as Float32Array]));
  }

  /** Sets variables by a fetch that takes them. */
  protected assign(
    fetch: string,
    variables: readonly Stored[],
    valueOf: (name: string) => Float32Array,
  ): void {
    const feeds = variables.map(([name, shape]): Feed => ({
      name: valueNode(name),
      shape,
      values: valueOf(name),
    }));
    this.session.run(feeds, [fetch]);
  }
}

/** Part of an array, followed by zeros up to a length. */
export function padded<T extends Int32Array | Float32Array>(
  values: T,
  from: number,
  to: number,
  length: number,
): T {
  if (to - from === length) return values.slice(from, to) as T;
  const whole = new (values.constructor as new (length: number) => T)(length);
  whole.set(values.subarray(from, to));
  return whole;
}

/** What each row of a batch weighs in its mean; rows that fill a short batch up have no say. */
export function rowWeights(count: number, batchSize: number): Float32Array {
  return new Float32Array(batchSize).fill(1 / count, 0, count);
}
