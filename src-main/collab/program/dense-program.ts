import { type Feed, Session } from '../../graph/session.ts';
import { type AdamSettings, stepNumbers } from '../schedule.ts';
import { readNode, valueNode } from '../../training/program/variables.ts';
import { HYPER, momentNames, packsOf, recordDense, storedShapes } from './dense.ts';
import { predictRows } from './predict.ts';
import type { Batch, CollabProgram, CollabSpec, Values } from './spec.ts';

/** Training on tables small enough for Adam to run over whole. See {@link recordDense}. */
export class DenseProgram implements CollabProgram {
  readonly #spec: CollabSpec;
  readonly #adam: AdamSettings;
  readonly #session: Session;
  readonly nodes: number;
  steps = 0;
  calls = 0;

  constructor(spec: CollabSpec, adam: AdamSettings) {
    this.#spec = spec;
    this.#adam = adam;
    const { savedModel, nodes } = recordDense(spec);
    this.nodes = nodes;
    this.#session = new Session(savedModel);
    this.#session.run([], ['reset']);
  }

  train(rows: Batch): number {
    const { batchSize, unrolled } = this.#spec;
    const total = rows.truth.length;
    let [at, sum] = [0, 0];
    while (total - at >= batchSize * unrolled) {
      const losses = this.#call('many', unrolled, rows, at, at + batchSize * unrolled);
      for (const loss of losses) sum += loss * batchSize;
      at += batchSize * unrolled;
    }
    while (at < total) {
      const count = Math.min(batchSize, total - at);
      sum += this.#call('one', 1, rows, at, at + count)[0]! * count;
      at += count;
    }
    return sum / total;
  }

  predict(user: Int32Array, item: Int32Array): Float32Array {
    return predictRows(this.#session, this.#spec.evalBatch, user, item);
  }

  read(): Values {
    const stored = this.#values(storedShapes(this.#spec).map(([name]) => name));
    const { users, items } = this.#spec;
    const values: Values = new Map();
    for (const { variable, width, offsets } of packsOf(this.#spec)) {
      const table = stored.get(variable)!;
      const from = { user: offsets.user ?? 0, item: offsets.item ?? 0 };
      if (offsets.user !== undefined)
        values.set('user', table.slice(from.user * width, (from.user + users) * width));
      if (offsets.item !== undefined)
        values.set('item', table.slice(from.item * width, (from.item + items) * width));
    }
    for (const { name } of this.#spec.model.weights) values.set(name, stored.get(name)!);
    return values;
  }

  load(values: Values): void {
    const stored: Values = new Map();
    for (const { variable, rows, width, offsets } of packsOf(this.#spec)) {
      const table = new Float32Array(rows * width);
      for (const side of ['user', 'item'] as const)
        if (offsets[side] !== undefined) table.set(values.get(side)!, offsets[side] * width);
      stored.set(variable, table);
    }
    for (const { name } of this.#spec.model.weights) stored.set(name, values.get(name)!);
    this.#assign('load', storedShapes(this.#spec), stored);
  }

  readState(): Values {
    return this.#values(storedShapes(this.#spec).flatMap(([name]) => momentNames(name)));
  }

  loadState(state: Values, steps: number): void {
    const shapes = storedShapes(this.#spec).flatMap(([name, shape]) =>
      momentNames(name).map((moment): [string, readonly number[]] => [moment, shape]),
    );
    this.#assign('load_state', shapes, state);
    this.steps = steps;
  }

  dispose(): void {
    this.#session.dispose();
  }

  #call(scope: 'many' | 'one', steps: number, rows: Batch, from: number, to: number): Float32Array {
    const { batchSize } = this.#spec;
    const shape = [steps, batchSize];
    const hyper = new Float32Array(steps * HYPER.count);
    let scale = 1;
    for (let k = 0; k < steps; k++) {
      const { stepSize, beta1, epsilon, shrink } = stepNumbers(this.#adam, ++this.steps);
      hyper[k * HYPER.count + HYPER.scale] = scale;
      scale *= shrink;
      hyper[k * HYPER.count + HYPER.plainStepSize] = stepSize;
      // What decays is kept divided by the scale after this step.
      hyper[k * HYPER.count + HYPER.stepSize] = stepSize / scale;
      hyper[k * HYPER.count + HYPER.beta1] = beta1;
      hyper[k * HYPER.count + HYPER.epsilon] = epsilon;
    }
    const count = to - from;
    const feeds: Feed[] = [
      { name: `${scope}/user`, shape, values: filled(rows.user, from, to, steps * batchSize) },
      { name: `${scope}/item`, shape, values: filled(rows.item, from, to, steps * batchSize) },
      { name: `${scope}/truth`, shape, values: filled(rows.truth, from, to, steps * batchSize) },
      { name: `${scope}/hyper`, shape: [steps, HYPER.count], values: hyper },
      { name: `${scope}/final-scale`, shape: [], values: Float32Array.of(scale) },
    ];
    if (scope === 'one') {
      // Rows that fill a short batch up have no say.
      const weight = new Float32Array(batchSize).fill(1 / count, 0, count);
      feeds.push({ name: 'one/weight', shape: [batchSize], values: weight });
    }
    this.calls++;
    return this.#session.run(feeds, [scope])[0] as Float32Array;
  }

  #values(names: readonly string[]): Values {
    const arrays = this.#session.run([], names.map(readNode));
    return new Map(names.map((name, i) => [name, arrays[i] as Float32Array]));
  }

  #assign(fetch: string, shapes: readonly [string, readonly number[]][], values: Values): void {
    const feeds = shapes.map(([name, shape]) => ({
      name: valueNode(name),
      shape,
      values: values.get(name)!,
    }));
    this.#session.run(feeds, [fetch]);
  }
}

/** Part of an array, followed by zeros up to a length. */
function filled<T extends Int32Array | Float32Array>(values: T, from: number, to: number, length: number): T {
  if (to - from === length) return values.slice(from, to) as T;
  const whole = new (values.constructor as new (length: number) => T)(length);
  whole.set(values.subarray(from, to));
  return whole;
}
