import type { RatingsConfig } from '../records/ratings-run.ts';

/** Above this many parameters Adam over whole tables costs more than looking up what a batch needs. */
export const DENSE_LIMIT = 1_000_000;

/** fastai's rule of thumb for the width of an embedding of n categories (`emb_sz_rule`). */
export function embeddingWidth(n: number): number {
  return Math.min(600, Math.round(1.6 * n ** 0.56));
}

/** How large a recommender is. */
export interface RecommenderSize {
  /** Values learnt of a user and of an item. */
  user: number;
  item: number;
  /** Inputs and outputs of each layer that all share; none for dot products. */
  layers: { in: number; out: number }[];
  parameters: number;
  /** dense: whole tables at each step; sparse: a batch's rows. Coupled decay touches every row at every step anyway. */
  optimizer: 'dense' | 'sparse';
}

type Sized = Pick<RatingsConfig, 'model' | 'factors' | 'layers' | 'decay' | 'optimizer'>;

export function recommenderSize(config: Sized, users: number, items: number): RecommenderSize {
  const { model, factors } = config;
  const dot = factors + Number(model === 'dot-bias');
  const [user, item] = model === 'ncf' ? [embeddingWidth(users), embeddingWidth(items)] : [dot, dot];
  const sides = model === 'ncf' ? [user + item, ...config.layers, 1] : [];
  const layers = sides.slice(1).map((out, layer) => ({ in: sides[layer]!, out }));
  const shared = layers.reduce((sum, layer) => sum + (layer.in + 1) * layer.out, 0);
  const parameters = users * user + items * item + shared;
  return { user, item, layers, parameters, optimizer: optimizerOf(config, parameters) };
}

function optimizerOf({ decay, optimizer }: Sized, parameters: number): 'dense' | 'sparse' {
  if (decay === 'l2') return 'dense';
  if (optimizer !== 'auto') return optimizer;
  return parameters < DENSE_LIMIT ? 'dense' : 'sparse';
}
