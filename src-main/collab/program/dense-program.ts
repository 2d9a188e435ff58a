import type { Feed } from '../../graph/session.ts';
import { momentNames } from '../../training/program/adamw.ts';
import { type AdamSettings, stepNumbers } from '../schedule.ts';
import { HYPER, packsOf, recordDense, storedShapes } from './dense.ts';
import { SessionProgram, type Stored, padded, rowWeights } from './session-program.ts';
import type { Batch, CollabSpec, Values } from './spec.ts';

/** Training on tables small enough for Adam to run over whole. See {@link recordDense}. */
export class DenseProgram extends SessionProgram {
  constructor(spec: CollabSpec, adam: AdamSettings) {
    super(spec, adam, recordDense(spec));
    this.session.run([], ['reset']);
  }

  train(rows: Batch): number {
    const { batchSize, unrolled } = this.spec;
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

  read(): Values {
    const stored = this.values(storedShapes(this.spec).map(([name]) => name));
    const { users, items } = this.spec;
    const values: Values = new Map();
    for (const { variable, width, offsets } of packsOf(this.spec)) {
      const table = stored.get(variable)!;
      const from = { user: offsets.user ?? 0, item: offsets.item ?? 0 };
      if (offsets.user !== undefined)
        values.set('user', table.slice(from.user * width, (from.user + users) * width));
      if (offsets.item !== undefined)
        values.set('item', table.slice(from.item * width, (from.item + items) * width));
    }
    for (const { name } of this.spec.model.weights) values.set(name, stored.get(name)!);
    return values;
  }

  load(values: Values): void {
    const stored: Values = new Map();
    for (const { variable, rows, width, offsets } of packsOf(this.spec)) {
      const table = new Float32Array(rows * width);
      for (const side of ['user', 'item'] as const)
        if (offsets[side] !== undefined) table.set(values.get(side)!, offsets[side] * width);
      stored.set(variable, table);
    }
    for (const { name } of this.spec.model.weights) stored.set(name, values.get(name)!);
    this.assign('load', storedShapes(this.spec), (name) => stored.get(name)!);
  }

  readState(): Values {
    return this.values(storedShapes(this.spec).flatMap(([name]) => momentNames(name)));
  }

  loadState(state: Values, steps: number): void {
    const moments = storedShapes(this.spec).flatMap(([name, shape]) =>
      momentNames(name).map((moment): Stored => [moment, shape]),
    );
    this.assign('load_state', moments, (name) => state.get(name)!);
    this.steps = steps;
  }

  #call(scope: 'many' | 'one', steps: number, rows: Batch, from: number, to: number): Float32Array {
    const { batchSize } = this.spec;
    const shape = [steps, batchSize];
    const hyper = new Float32Array(steps * HYPER.count);
    let scale = 1;
    for (let k = 0; k < steps; k++) {
      const { stepSize, beta1, epsilon, shrink } = stepNumbers(this.adam, ++this.steps);
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
      { name: `${scope}/user`, shape, values: padded(rows.user, from, to, steps * batchSize) },
      { name: `${scope}/item`, shape, values: padded(rows.item, from, to, steps * batchSize) },
      { name: `${scope}/truth`, shape, values: padded(rows.truth, from, to, steps * batchSize) },
      { name: `${scope}/hyper`, shape: [steps, HYPER.count], values: hyper },
      { name: `${scope}/final-scale`, shape: [], values: Float32Array.of(scale) },
    ];
    if (scope === 'one') {
      feeds.push({ name: 'one/weight', shape: [batchSize], values: rowWeights(count, batchSize) });
    }
    this.calls++;
    return this.session.run(feeds, [scope])[0] as Float32Array;
  }
}
