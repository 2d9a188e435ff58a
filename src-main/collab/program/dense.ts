import { attr, dataTypes } from '../../graph/attributes.ts';
import { type GraphBackend, recordInto } from '../../graph/backend.ts';
import { ConstantPool } from '../../graph/constants.ts';
import { Graph } from '../../graph/graph.ts';
import { encodeSavedModel } from '../../graph/saved-model.ts';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../../graph/tf.ts';
import { addAdam, momentNames } from '../../training/program/adamw.ts';
import { Variables } from '../../training/program/variables.ts';
import { lookUp, tableGradient } from '../embedding.ts';
import { rowWidth, sides } from '../models/types.ts';
import { predictionOf, rowLosses, withPenalty } from '../objective.ts';
import type { CollabSpec } from './spec.ts';

/** Numbers fed for each step. */
export const HYPER = { scale: 0, stepSize: 1, beta1: 2, epsilon: 3, plainStepSize: 4, count: 5 } as const;

/**
 * One variable. The tables of both sides lie under each other in one where their rows are equally wide, so that a step looks up,
 * gathers gradients and runs Adam once instead of twice.
 */
export interface Pack {
  variable: string;
  rows: number;
  width: number;
  /** First row of each side that lies in it. */
  offsets: Partial<Record<'user' | 'item', number>>;
}

export function packsOf({ model, users, items }: CollabSpec): Pack[] {
  const [user, item] = [rowWidth(model.columns.user), rowWidth(model.columns.item)];
  if (user === item)
    return [{ variable: 'tables', rows: users + items, width: user, offsets: { user: 0, item: users } }];
  return [
    { variable: 'user', rows: users, width: user, offsets: { user: 0 } },
    { variable: 'item', rows: items, width: item, offsets: { item: 0 } },
  ];
}

/**
 * Records training steps for tables that fit the caches: Adam runs over whole tables. `unrolled` steps are one native call,
 * because at these sizes calling costs more than computing. Decoupled weight decay costs nothing: tables are kept divided by
 * what they have shrunk to since the call began (`scale`), and multiplied out at its end.
 */
export function recordDense(spec: CollabSpec): { savedModel: Uint8Array; nodes: number } {
  const graph = new Graph();
  const constants = new ConstantPool(graph);
  recordInto(graph, constants, (backend) => {
    const variables = new Variables(graph, backend, constants);
    const recorder = new DenseRecorder(spec, variables, backend);
    recorder.addTraining('many', spec.unrolled, false);
    recorder.addTraining('one', 1, true);
    recorder.addEvaluation();
    recorder.addStorage();
  });
  return { savedModel: encodeSavedModel(graph), nodes: graph.nodes.length };
}

class DenseRecorder {
  readonly #spec: CollabSpec;
  readonly #variables: Variables;
  readonly #backend: GraphBackend;
  readonly #packs: Pack[];

  constructor(spec: CollabSpec, variables: Variables, backend: GraphBackend) {
    this.#spec = spec;
    this.#variables = variables;
    this.#backend = backend;
    this.#packs = packsOf(spec);
  }

  /** Adds the fetch `<scope>` that runs `steps` steps one after another and gives each step's loss [steps]. */
  addTraining(scope: string, steps: number, weighted: boolean): void {
    const { graph } = this.#variables;
    const { batchSize } = this.#spec;
    graph.scope = `${scope}/`;
    const each = (name: string, shape: number[], type: 'int32' | 'float32'): Tensor[] =>
      tf.unstack(this.#variables.input(`${scope}/${name}`, type, [steps, ...shape]));
    const user = each('user', [batchSize], 'int32');
    const item = each('item', [batchSize], 'int32');
    const truth = each('truth', [batchSize], 'float32');
    const hyper = each('hyper', [HYPER.count], 'float32').map((row) => tf.unstack(row) as Tensor[]);
    const weight = weighted
      ? this.#variables.input(`${scope}/weight`, 'float32', [batchSize])
      : tf.fill([batchSize], 1 / batchSize);
    const losses: Tensor[] = [];
    /** The node that last wrote each variable. */
    const written = new Map<string, string>();
    for (let step = 0; step < steps; step++) {
      const batch = { user: user[step]!, item: item[step]!, truth: truth[step]!, weight };
      losses.push(this.#step(batch, hyper[step]!, written));
    }
    const done = this.#multiplyOut(`${scope}/final-scale`, written);
    const stacked = tf.stack(losses);
    this.#variables.fetch(scope, this.#backend.reference(stacked), done, {
      shape: [steps],
      dtype: dataTypes.float32,
    });
  }

  #step(
    batch: { user: Tensor; item: Tensor; truth: Tensor; weight: Tensor },
    hyper: Tensor[],
    written: Map<string, string>,
  ): Tensor {
    const { model, objective } = this.#spec;
    const scale = hyper[HYPER.scale]!;
    const indices = this.#packs.map((pack) => packIndices(pack, batch));
    const tables = this.#packs.map((pack) => this.#read(pack.variable, [pack.rows, pack.width], written));
    const rows = tables.map((table, p) => tf.mul(lookUp(table as Tensor2D, indices[p] as Tensor1D), scale));
    const stored = model.weights.map(({ name, shape }) => this.#read(name, shape, written));
    const weights = stored.map((value, w) => (model.weights[w]!.decay ? tf.mul(value, scale) : value));
    const { value, grads } = tf.valueAndGrads((...inputs: Tensor[]) => {
      const [user, item] = this.#sidesOf(inputs.slice(0, rows.length));
      const of = (name: string): Tensor =>
        inputs[rows.length + model.weights.findIndex((w) => w.name === name)]!;
      const losses = rowLosses(model.score(user!, item!, of), batch.truth, objective);
      return tf.sum(tf.mul(losses, batch.weight));
    })([...rows, ...weights]);
    this.#packs.forEach((pack, p) => {
      const penalised = this.#penalised(grads[p]!, rows[p]!, batch.weight);
      const gradient = tableGradient(penalised, indices[p]!, pack.rows);
      const coupled = this.#coupled(gradient, tables[p]!);
      this.#adam(
        { name: pack.variable, shape: [pack.rows, pack.width], decay: true },
        coupled,
        hyper,
        written,
      );
    });
    model.weights.forEach(({ name, shape, decay }, w) => {
      const gradient = grads[rows.length + w]!;
      const coupled = decay ? this.#coupled(gradient, stored[w]!) : gradient;
      this.#adam({ name, shape, decay }, coupled, hyper, written);
    });
    return value;
  }

  /** The penalty on a batch's rows [batch, or users' and items' under each other]: its gradient joins the loss's. */
  #penalised(gradient: Tensor, rows: Tensor, weight: Tensor): Tensor {
    const { perRating } = this.#spec;
    if (perRating === 0) return gradient;
    const each = rows.shape[0] === weight.shape[0] ? weight : tf.concat([weight, weight]);
    return withPenalty(gradient, rows, each, perRating);
  }

  /** L2 as a penalty: its gradient joins the loss's. */
  #coupled(gradient: Tensor, value: Tensor): Tensor {
    const { l2 } = this.#spec;
    return l2 === 0 ? gradient : tf.add(gradient, tf.mul(value, tf.scalar(l2)));
  }

  /** The rows of users and of items, from those of the packs. */
  #sidesOf(rows: Tensor[]): Tensor2D[] {
    if (rows.length === 2) return rows as Tensor2D[];
    const both = rows[0] as Tensor2D;
    return sides.map((_, side) =>
      tf.slice(both, [(side * both.shape[0]) / 2, 0], [both.shape[0] / 2, both.shape[1]]),
    );
  }

  /** A variable as the last step left it. */
  #read(name: string, shape: readonly number[], written: Map<string, string>): Tensor {
    const { handle } = this.#variables.declare(name, shape);
    const after = written.get(name);
    const info = { shape, dtype: dataTypes.float32 };
    const node = this.#variables.graph.add({
      op: 'ReadVariableOp',
      inputs: [handle, ...(after === undefined ? [] : [`^${after}`])],
      attributes: { dtype: attr.type('float32') },
      outputs: [info],
    });
    return this.#backend.symbol(node, info);
  }

  #adam(
    { name, shape, decay }: { name: string; shape: readonly number[]; decay: boolean },
    gradient: Tensor,
    hyper: Tensor[],
    written: Map<string, string>,
  ): void {
    const of = (tensor: Tensor): string => this.#backend.reference(tensor);
    const { adam } = addAdam(
      this.#variables,
      { name, shape },
      {
        stepSize: of(hyper[decay ? HYPER.stepSize : HYPER.plainStepSize]!),
        beta1: of(hyper[HYPER.beta1]!),
        epsilon: of(hyper[HYPER.epsilon]!),
        gradient: of(gradient),
      },
      this.#spec.beta2,
    );
    written.set(name, adam);
  }

  /** Ends a call: what decays is multiplied by what it has shrunk to. Returns the nodes to wait for. */
  #multiplyOut(input: string, written: Map<string, string>): string[] {
    const scale = this.#variables.input(input, 'float32', []);
    const { model } = this.#spec;
    const decaying = [
      ...this.#packs.map(({ variable, rows, width }) => ({ name: variable, shape: [rows, width] })),
      ...model.weights.filter(({ decay }) => decay),
    ];
    const done = decaying.map(({ name, shape }) => {
      const value = tf.mul(this.#read(name, shape, written), scale);
      return this.#variables.update(
        'AssignVariableOp',
        this.#variables.declare(name, shape),
        this.#backend.reference(value),
      );
    });
    return [...done, ...written.values()];
  }

  /** Adds `eval`: predictions of `evalBatch` rows. */
  addEvaluation(): void {
    const { graph } = this.#variables;
    const { model, evalBatch, objective } = this.#spec;
    graph.scope = 'eval/';
    const batch = {
      user: this.#variables.input('eval/user', 'int32', [evalBatch]),
      item: this.#variables.input('eval/item', 'int32', [evalBatch]),
    };
    const written = new Map<string, string>();
    const rows = this.#packs.map((pack) => {
      const table = this.#read(pack.variable, [pack.rows, pack.width], written) as Tensor2D;
      return lookUp(table, packIndices(pack, batch) as Tensor1D);
    });
    const [user, item] = this.#sidesOf(rows);
    const score = model.score(user!, item!, (name) =>
      this.#read(name, model.weights.find((weight) => weight.name === name)!.shape, written),
    );
    const prediction = predictionOf(score, objective);
    this.#variables.fetch('eval', this.#backend.reference(prediction), [], {
      shape: [evalBatch],
      dtype: dataTypes.float32,
    });
  }

  /** Adds `load`, `load_state`, `reset` and what reads values. */
  addStorage(): void {
    const { graph, constants } = this.#variables;
    graph.scope = 'storage/';
    const saved = storedShapes(this.#spec).map(([name, shape]) => this.#variables.declare(name, shape));
    const moments = saved.flatMap(({ name, shape }) =>
      momentNames(name).map((moment) => this.#variables.declare(moment, shape)),
    );
    for (const variable of [...saved, ...moments]) this.#variables.read(variable);
    this.#variables.addLoad('load', saved);
    this.#variables.addLoad('load_state', moments);
    this.#variables.fetch(
      'reset',
      constants.scalar(1),
      moments.map((moment) => this.#variables.clear(moment)),
    );
  }
}

/** Row numbers in a pack: users first, then items, where both lie in it. */
function packIndices({ offsets }: Pack, batch: { user: Tensor; item: Tensor }): Tensor {
  const parts = sides.flatMap((side) => {
    const offset = offsets[side];
    if (offset === undefined) return [];
    return [offset === 0 ? batch[side] : tf.add(batch[side], tf.scalar(offset, 'int32'))];
  });
  return parts.length === 1 ? parts[0]! : tf.concat(parts);
}

/** Names and shapes of the variables that hold what is learnt. */
export function storedShapes(spec: CollabSpec): [string, readonly number[]][] {
  return [
    ...packsOf(spec).map(({ variable, rows, width }): [string, number[]] => [variable, [rows, width]]),
    ...spec.model.weights.map(({ name, shape }): [string, readonly number[]] => [name, shape]),
  ];
}
