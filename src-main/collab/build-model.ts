import type { RatingsConfig } from '../../shared/records/ratings-run.ts';
import { recommenderSize } from '../../shared/recommender/size.ts';
import type { RecommenderWeights } from '../../shared/recommender/weights.ts';
import { Random } from '../dataset/random.ts';
import { dotProduct } from './models/dot.ts';
import { neural } from './models/ncf.ts';
import { EMBEDDING_STD, type Recommender, type Side, rowWidth } from './models/types.ts';
import type { Objective } from './objective.ts';
import type { Values } from './program/spec.ts';

/** The model that a config asks for. */
export function buildModel(config: RatingsConfig, users: number, items: number): Recommender {
  const { model, factors, layers } = config;
  if (model !== 'ncf') return dotProduct(factors, model === 'dot-bias');
  return neural(recommenderSize(config, users, items), layers);
}

/** Starting values from a seed: embeddings normal, shared weights uniform within their bounds. */
export function initialValues(model: Recommender, users: number, items: number, seed: number): Values {
  const random = new Random(seed).fork('weights');
  const values: Values = new Map();
  const table = (side: Side, rows: number): Float32Array => {
    const stream = random.fork(side);
    const filled = new Float32Array(rows * rowWidth(model.columns[side]));
    for (let k = 0; k < filled.length; k++) filled[k] = stream.normal() * EMBEDDING_STD;
    return filled;
  };
  values.set('user', table('user', users));
  values.set('item', table('item', items));
  for (const { name, shape, bound } of model.weights) {
    const stream = random.fork(name);
    const length = shape.reduce((a, b) => a * b, 1);
    values.set(
      name,
      Float32Array.from({ length }, () => stream.between(-bound, bound)),
    );
  }
  return values;
}

/** What a run leaves: the program's values taken apart into factors, biases and layers. */
export function recommenderOf(
  values: Values,
  config: RatingsConfig,
  objective: Objective,
  ids: Pick<RecommenderWeights, 'users' | 'items' | 'titles' | 'seen'>,
): RecommenderWeights {
  const model = buildModel(config, ids.users.length, ids.items.length);
  const withBias = config.model === 'dot-bias';
  const widths = { user: rowWidth(model.columns.user), item: rowWidth(model.columns.item) };
  const columns = (side: Side, from: number, to: number): Float32Array => {
    const rows = values.get(side)!;
    const width = widths[side];
    const count = ids[side === 'user' ? 'users' : 'items'].length;
    const taken = new Float32Array(count * (to - from));
    for (let row = 0; row < count; row++)
      taken.set(rows.subarray(row * width + from, row * width + to), row * (to - from));
    return taken;
  };
  const factors = { user: widths.user - Number(withBias), item: widths.item - Number(withBias) };
  const layers = model.weights.filter(({ shape }) => shape.length === 2);
  return {
    ...ids,
    model: config.model,
    factors: {
      user: columns('user', 0, factors.user),
      item: columns('item', 0, factors.item),
      userWidth: factors.user,
      itemWidth: factors.item,
    },
    bias: withBias
      ? {
          user: columns('user', factors.user, widths.user),
          item: columns('item', factors.item, widths.item),
        }
      : null,
    layers: layers.map(({ name, shape }) => ({
      weight: values.get(name)!,
      bias: values.get(name.replace('weight', 'bias'))!,
      in: shape[0]!,
      out: shape[1]!,
    })),
    loss: objective.loss,
    range: objective.range === null ? null : [objective.range[0], objective.range[1]],
    intercept: objective.intercept,
  };
}
