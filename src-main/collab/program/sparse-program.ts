import { type Side, rowWidth, sides } from '../models/types.ts';
import { type AdamSettings, stepNumbers } from '../schedule.ts';
import { CATCH_UP_WIDTH, CatchUp } from './catch-up.ts';
import { STEP, recordSparse, sharedVariables, tableOf, tableRows } from './sparse.ts';
import { SessionProgram, padded, rowWeights } from './session-program.ts';
import type { Batch, CollabSpec, Values } from './spec.ts';

/** Training whose steps cost the same however many users and items there are. See {@link recordSparse}. */
export class SparseProgram extends SessionProgram {
  readonly #catchUp: CatchUp;
  /** After which step each row was last brought up to date. */
  readonly #upTo: Record<Side, Int32Array>;
  /** Place in the batch at hand of each row, + 1; 0 for rows that are not in it. */
  readonly #place: Record<Side, Int32Array>;

  constructor(spec: CollabSpec, adam: AdamSettings) {
    super(spec, adam, recordSparse(spec));
    this.#catchUp = new CatchUp(adam);
    const perRow = (): Record<Side, Int32Array> => ({
      user: new Int32Array(tableRows(spec, 'user')),
      item: new Int32Array(tableRows(spec, 'item')),
    });
    this.#upTo = perRow();
    this.#place = perRow();
  }

  train(rows: Batch): number {
    const { batchSize } = this.spec;
    const total = rows.truth.length;
    let sum = 0;
    for (let at = 0; at < total; at += batchSize) {
      const to = Math.min(total, at + batchSize);
      sum += this.#step(rows, at, to) * (to - at);
    }
    return sum / total;
  }

  override predict(user: Int32Array, item: Int32Array): Float32Array {
    this.#flush();
    return super.predict(user, item);
  }

  read(): Values {
    this.#flush();
    const names = this.spec.model.weights.map(({ name }) => name);
    const [user, item] = this.session.run([], ['weights/user', 'weights/item']) as Float32Array[];
    const without = (side: Side, table: Float32Array): Float32Array =>
      table.subarray(0, table.length - rowWidth(this.spec.model.columns[side]));
    return new Map([
      ['user', without('user', user!)],
      ['item', without('item', item!)],
      ...this.values(names),
    ]);
  }

  load(values: Values): void {
    for (const side of sides) {
      const width = rowWidth(this.spec.model.columns[side]);
      const rows = tableRows(this.spec, side);
      const table = new Float32Array(rows * 3 * width);
      const given = values.get(side)!;
      for (let row = 0; row < rows - 1; row++)
        table.set(given.subarray(row * width, (row + 1) * width), row * 3 * width);
      this.#loadTable(side, table);
      this.#upTo[side].fill(this.steps);
    }
    this.#loadShared((name, length) => values.get(name) ?? new Float32Array(length));
  }

  readState(): Values {
    this.#flush();
    const names = [...sides.map(tableOf), ...sharedVariables(this.spec).map(([name]) => name)];
    return this.values(names);
  }

  loadState(state: Values, steps: number): void {
    this.steps = steps;
    for (const side of sides) {
      this.#loadTable(side, state.get(tableOf(side))!);
      this.#upTo[side].fill(steps);
    }
    this.#loadShared((name) => state.get(name)!);
  }

  #step(rows: Batch, from: number, to: number): number {
    const { batchSize } = this.spec;
    const t = ++this.steps;
    const { stepSize, beta1, epsilon, shrink } = stepNumbers(this.adam, t);
    const step = new Float32Array(STEP.count);
    step[STEP.stepSize] = stepSize;
    step[STEP.beta1] = beta1;
    step[STEP.epsilon] = epsilon;
    step[STEP.shrink] = shrink;
    step[STEP.catchUpEpsilon] = epsilon;
    const tables = sides.flatMap((side) => {
      const { distinct, place, catchUp } = this.#distinct(side, rows[side].subarray(from, to), t - 1);
      return [
        { name: `train/${side}/rows`, shape: [batchSize], values: distinct },
        { name: `train/${side}/place`, shape: [batchSize], values: place },
        { name: `train/${side}/catch-up`, shape: [batchSize, CATCH_UP_WIDTH], values: catchUp },
      ];
    });
    const [loss] = this.session.run(
      [
        { name: 'train/truth', shape: [batchSize], values: padded(rows.truth, from, to, batchSize) },
        { name: 'train/weight', shape: [batchSize], values: rowWeights(to - from, batchSize) },
        { name: 'train/step', shape: [STEP.count], values: step },
        ...tables,
      ],
      ['train'],
    );
    this.calls++;
    return loss![0]!;
  }

  /** The batch's distinct rows, where each of its places finds its own, and what brings each up to step t. */
  #distinct(side: Side, indices: Int32Array, t: number) {
    const { batchSize } = this.spec;
    const upTo = this.#upTo[side];
    const seen = this.#place[side];
    // Unused places point at the row that is nobody's.
    const distinct = new Int32Array(batchSize).fill(upTo.length - 1);
    const place = new Int32Array(batchSize);
    const catchUp = new Float32Array(batchSize * CATCH_UP_WIDTH);
    let count = 0;
    for (let k = 0; k < indices.length; k++) {
      const row = indices[k]!;
      if (seen[row] === 0) {
        distinct[count] = row;
        this.#catchUp.write(upTo[row]!, t, catchUp, count * CATCH_UP_WIDTH);
        upTo[row] = t + 1;
        seen[row] = ++count;
      }
      place[k] = seen[row]! - 1;
    }
    for (let k = 0; k < count; k++) seen[distinct[k]!] = 0;
    return { distinct, place, catchUp };
  }

  /** Brings every row up to date, a piece of the table at a time. */
  #flush(): void {
    const { evalBatch } = this.spec;
    const epsilon = Float32Array.of(stepNumbers(this.adam, Math.max(1, this.steps)).epsilon);
    for (const side of sides) {
      const upTo = this.#upTo[side];
      for (let at = 0; at < upTo.length; at += evalBatch) {
        const rows = new Int32Array(evalBatch).fill(upTo.length - 1);
        const catchUp = new Float32Array(evalBatch * CATCH_UP_WIDTH);
        let count = 0;
        for (let row = at; row < Math.min(upTo.length - 1, at + evalBatch); row++) {
          if (upTo[row] === this.steps) continue;
          rows[count] = row;
          this.#catchUp.write(upTo[row]!, this.steps, catchUp, count++ * CATCH_UP_WIDTH);
          upTo[row] = this.steps;
        }
        if (count === 0) continue;
        this.session.run(
          [
            { name: `flush/${side}/rows`, shape: [evalBatch], values: rows },
            { name: `flush/${side}/catch-up`, shape: [evalBatch, CATCH_UP_WIDTH], values: catchUp },
            { name: `flush/${side}/epsilon`, shape: [], values: epsilon },
          ],
          [`flush/${side}`],
        );
      }
    }
  }

  #loadTable(side: Side, table: Float32Array): void {
    const shape = [tableRows(this.spec, side), 3 * rowWidth(this.spec.model.columns[side])];
    this.assign(`load/${side}`, [[tableOf(side), shape]], () => table);
  }

  #loadShared(valueOf: (name: string, length: number) => Float32Array): void {
    const variables = sharedVariables(this.spec);
    if (variables.length === 0) return;
    const lengths = new Map(variables.map(([name, shape]) => [name, shape.reduce((a, b) => a * b, 1)]));
    this.assign('load/shared', variables, (name) => valueOf(name, lengths.get(name)!));
  }
}
