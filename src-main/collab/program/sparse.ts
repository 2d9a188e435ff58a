import { attr, dataTypes } from '../../graph/attributes.ts';
import { type GraphBackend, recordInto } from '../../graph/backend.ts';
import { ConstantPool } from '../../graph/constants.ts';
import { Graph } from '../../graph/graph.ts';
import { encodeSavedModel } from '../../graph/saved-model.ts';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../../graph/tf.ts';
import { Variables } from '../../training/program/variables.ts';
import { lookUp, tableGradient } from '../embedding.ts';
import { type Side, rowWidth, sides } from '../models/types.ts';
import { predictionOf, rowLosses, withPenalty } from '../objective.ts';
import { CATCH_UP_WIDTH } from './catch-up.ts';
import type { CollabSpec } from './spec.ts';

/** Numbers fed for a step. */
export const STEP = { stepSize: 0, beta1: 1, epsilon: 2, shrink: 3, catchUpEpsilon: 4, count: 5 } as const;

export const tableOf = (side: Side): string => `table/${side}`;

/** Rows of a side's table: one more than there are ids, for the places of a batch that are not needed. */
export function tableRows(spec: CollabSpec, side: Side): number {
  return (side === 'user' ? spec.users : spec.items) + 1;
}

/**
 * Records a training step for tables of any length. A row of a table holds its weights and both moments, so that one look-up brings
 * all three. A step looks up the distinct rows of its batch, brings them up to date in closed form ({@link CatchUp}), and writes
 * them back after Adam; no other row is touched. Shared weights are few and go through Adam whole.
 */
export function recordSparse(spec: CollabSpec): { savedModel: Uint8Array; nodes: number } {
  const graph = new Graph();
  const constants = new ConstantPool(graph);
  recordInto(graph, constants, (backend) => {
    const variables = new Variables(graph, backend, constants);
    const recorder = new SparseRecorder(spec, variables, backend);
    recorder.addTraining();
    recorder.addEvaluation();
    for (const side of sides) recorder.addAccess(side);
    recorder.addSharedStorage();
  });
  return { savedModel: encodeSavedModel(graph), nodes: graph.nodes.length };
}

class SparseRecorder {
  readonly #spec: CollabSpec;
  readonly #variables: Variables;
  readonly #backend: GraphBackend;

  constructor(spec: CollabSpec, variables: Variables, backend: GraphBackend) {
    this.#spec = spec;
    this.#variables = variables;
    this.#backend = backend;
  }

  addTraining(): void {
    const { graph } = this.#variables;
    const { batchSize, model, objective } = this.#spec;
    graph.scope = 'train/';
    const input = (name: string, type: 'int32' | 'float32', shape: number[]): Tensor =>
      this.#variables.input(`train/${name}`, type, shape);
    const truth = input('truth', 'float32', [batchSize]);
    const weight = input('weight', 'float32', [batchSize]);
    const step = tf.unstack(input('step', 'float32', [STEP.count])) as Tensor[];
    const tables = sides.map((side) => {
      const rows = input(`${side}/rows`, 'int32', [batchSize]);
      const place = input(`${side}/place`, 'int32', [batchSize]);
      const catchUp = input(`${side}/catch-up`, 'float32', [batchSize, CATCH_UP_WIDTH]);
      return {
        side,
        rows,
        place,
        ...this.#upToDate(this.#gather(side, rows), catchUp, step[STEP.catchUpEpsilon]!),
      };
    });
    const shared = model.weights.map(({ name, shape }) =>
      this.#variables.read(this.#variables.declare(name, shape)),
    );
    const { value, grads } = tf.valueAndGrads((...inputs: Tensor[]) => {
      const [user, item] = tables.map(({ place }, t) => lookUp(inputs[t] as Tensor2D, place as Tensor1D));
      const of = (name: string): Tensor => inputs[2 + model.weights.findIndex((w) => w.name === name)]!;
      const losses = rowLosses(model.score(user!, item!, of), truth, objective);
      return tf.sum(tf.mul(losses, weight));
    })([...tables.map(({ w }) => w), ...shared]);
    const done = tables.map(({ side, rows, place, w, m, v }, t) => {
      const next = this.#adam(w, m, v, this.#penalised(grads[t]!, w, place, weight), step, true);
      return this.#scatter(side, rows, tf.concat([next.w, next.m, next.v], 1));
    });
    model.weights.forEach(({ name, shape, decay }, k) => {
      const [first, second] = sharedMoments(name).map((moment) => this.#variables.declare(moment, shape));
      const next = this.#adam(
        shared[k]!,
        this.#variables.read(first!),
        this.#variables.read(second!),
        grads[2 + k]!,
        step,
        decay,
      );
      const assign = (variable: typeof first, tensor: Tensor): number =>
        done.push(
          this.#variables.update('AssignVariableOp', variable!, this.#backend.reference(tensor), [
            // All gradients have read the old value by then.
            this.#backend.reference(value),
            ...grads.map((gradient) => this.#backend.reference(gradient).split(':')[0]!),
          ]),
        );
      assign(this.#variables.declare(name, shape), next.w);
      assign(first, next.m);
      assign(second, next.v);
    });
    this.#variables.fetch('train', this.#backend.reference(value), done);
  }

  /** The penalty on the batch's distinct rows, as often as each stands in it. */
  #penalised(gradient: Tensor, rows: Tensor, place: Tensor, weight: Tensor): Tensor {
    const { perRating, batchSize } = this.#spec;
    if (perRating === 0) return gradient;
    const each = tableGradient(tf.reshape(weight, [batchSize, 1]), place, batchSize);
    return withPenalty(gradient, rows, each, perRating);
  }

  /** Weights and moments of rows as they are after the steps that they missed. */
  #upToDate(state: Tensor, catchUp: Tensor, epsilon: Tensor): { w: Tensor2D; m: Tensor2D; v: Tensor2D } {
    const [w, m, v] = this.#parts(state);
    const [shrink, byRatio, byFirst, first, second] = Array.from({ length: CATCH_UP_WIDTH }, (_, column) =>
      tf.slice(catchUp as Tensor2D, [0, column], [catchUp.shape[0]!, 1]),
    );
    const divisor = tf.add(tf.sqrt(v), epsilon);
    const share = tf.div(epsilon, divisor);
    const size = tf.add(byRatio!, tf.mul(share, tf.sub(byFirst!, byRatio!)));
    return {
      w: tf.sub(tf.mul(w, shrink!), tf.div(tf.mul(size, m), divisor)),
      m: tf.mul(m, first!),
      v: tf.mul(v, second!),
    };
  }

  #adam(w: Tensor, m: Tensor, v: Tensor, gradient: Tensor, step: Tensor[], decay: boolean) {
    const { beta2 } = this.#spec;
    const beta1 = step[STEP.beta1]!;
    const first = tf.add(tf.mul(m, beta1), tf.mul(gradient, tf.sub(tf.scalar(1), beta1)));
    const second = tf.add(tf.mul(v, tf.scalar(beta2)), tf.mul(tf.square(gradient), tf.scalar(1 - beta2)));
    const change = tf.div(tf.mul(first, step[STEP.stepSize]!), tf.add(tf.sqrt(second), step[STEP.epsilon]!));
    const before = decay ? tf.mul(w, step[STEP.shrink]!) : w;
    return { w: tf.sub(before, change), m: first, v: second };
  }

  /** Adds `eval`: predictions from rows that are up to date. */
  addEvaluation(): void {
    const { graph } = this.#variables;
    const { model, evalBatch, objective } = this.#spec;
    graph.scope = 'eval/';
    const [user, item] = sides.map((side) => {
      const rows = this.#variables.input(`eval/${side}`, 'int32', [evalBatch]);
      return this.#parts(this.#gather(side, rows))[0];
    });
    const score = model.score(user!, item!, (name) => {
      const { shape } = model.weights.find((weight) => weight.name === name)!;
      return this.#variables.read(this.#variables.declare(name, shape));
    });
    this.#variables.fetch('eval', this.#backend.reference(predictionOf(score, objective)), [], {
      shape: [evalBatch],
      dtype: dataTypes.float32,
    });
  }

  /** Adds what brings rows up to date (`flush/<side>`), reads (`read/…`) and sets (`load/…`) whole tables. */
  addAccess(side: Side): void {
    const { graph, constants } = this.#variables;
    const { evalBatch, model } = this.#spec;
    graph.scope = `flush-${side}/`;
    const rows = this.#variables.input(`flush/${side}/rows`, 'int32', [evalBatch]);
    const catchUp = this.#variables.input(`flush/${side}/catch-up`, 'float32', [evalBatch, CATCH_UP_WIDTH]);
    const epsilon = this.#variables.input(`flush/${side}/epsilon`, 'float32', []);
    const { w, m, v } = this.#upToDate(this.#gather(side, rows), catchUp, epsilon);
    const written = this.#scatter(side, rows, tf.concat([w, m, v], 1));
    this.#variables.fetch(`flush/${side}`, constants.scalar(1), [written]);
    const table = this.#table(side);
    this.#variables.read(table);
    this.#variables.addLoad(`load/${side}`, [table]);
    graph.scope = `weights-${side}/`;
    const width = rowWidth(model.columns[side]);
    const weights = tf.slice(this.#variables.read(table) as Tensor2D, [0, 0], [table.shape[0]!, width]);
    this.#variables.fetch(`weights/${side}`, this.#backend.reference(weights), [], {
      shape: weights.shape,
      dtype: dataTypes.float32,
    });
  }

  addSharedStorage(): void {
    const variables = sharedVariables(this.#spec).map(([name, shape]) =>
      this.#variables.declare(name, shape),
    );
    if (variables.length === 0) return;
    for (const variable of variables) this.#variables.read(variable);
    this.#variables.addLoad('load/shared', variables);
  }

  #table(side: Side) {
    return this.#variables.declare(tableOf(side), [
      tableRows(this.#spec, side),
      3 * rowWidth(this.#spec.model.columns[side]),
    ]);
  }

  #parts(state: Tensor): [Tensor2D, Tensor2D, Tensor2D] {
    const [rows, columns] = state.shape as [number, number];
    const width = columns / 3;
    return [0, 1, 2].map((part) => tf.slice(state as Tensor2D, [0, part * width], [rows, width])) as [
      Tensor2D,
      Tensor2D,
      Tensor2D,
    ];
  }

  #gather(side: Side, rows: Tensor): Tensor {
    const table = this.#table(side);
    const info = { shape: [rows.shape[0]!, table.shape[1]!], dtype: dataTypes.float32 };
    const node = this.#variables.graph.add({
      op: 'ResourceGather',
      inputs: [table.handle, this.#backend.reference(rows)],
      attributes: {
        dtype: attr.type('float32'),
        Tindices: attr.type('int32'),
        batch_dims: attr.int(0),
        validate_indices: attr.bool(true),
      },
      outputs: [info],
    });
    return this.#backend.symbol(node, info);
  }

  #scatter(side: Side, rows: Tensor, values: Tensor): string {
    return this.#variables.graph.add({
      op: 'ResourceScatterUpdate',
      inputs: [this.#table(side).handle, this.#backend.reference(rows), this.#backend.reference(values)],
      attributes: { dtype: attr.type('float32'), Tindices: attr.type('int32') },
      outputs: [],
    });
  }
}

export const sharedMoments = (name: string): [string, string] => [`moment1/${name}`, `moment2/${name}`];

/** Shared weights and their moments. */
export function sharedVariables({ model }: CollabSpec): [string, readonly number[]][] {
  return model.weights.flatMap(({ name, shape }) =>
    [name, ...sharedMoments(name)].map((part): [string, readonly number[]] => [part, shape]),
  );
}
