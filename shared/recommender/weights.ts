import { z } from 'zod';
import { GranaryError } from '../errors.ts';
import {
  type SafeTensor,
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  float32Values,
} from '../safetensors/index.ts';

/** A trained recommender: everything that its predictions come from, and the ids that its rows stand for. */
export interface RecommenderWeights {
  model: 'dot' | 'dot-bias' | 'ncf';
  users: string[];
  items: string[];
  /** Title of each item, empty where there is none; null where no titles file was given. */
  titles: string[] | null;
  /** Ratings of each user and item in training: 0 means that nothing is known of it. */
  seen: { user: Float32Array; item: Float32Array };
  /** [users, width] and [items, width], row by row. */
  factors: { user: Float32Array; item: Float32Array; userWidth: number; itemWidth: number };
  /** Null for models without. */
  bias: { user: Float32Array; item: Float32Array } | null;
  /** Of `ncf`: [in, out] row by row, and [out]. */
  layers: { weight: Float32Array; bias: Float32Array; in: number; out: number }[];
  loss: 'mse' | 'bce';
  range: [number, number] | null;
  intercept: number;
}

const idsSchema = z.array(z.string());
const settingsSchema = z.object({
  model: z.enum(['dot', 'dot-bias', 'ncf']),
  loss: z.enum(['mse', 'bce']),
  range: z.tuple([z.number(), z.number()]).nullable(),
  intercept: z.number(),
  layers: z.number().int(),
});

/** Bytes of a ratings run's `weights.safetensors` (docs/file-formats.md). */
export function encodeRecommender(weights: RecommenderWeights): Uint8Array {
  const { users, items, factors, bias, layers, seen, titles } = weights;
  const tensors = new Map<string, SafeTensor>([
    ['user.factors', float32Tensor([users.length, factors.userWidth], factors.user)],
    ['item.factors', float32Tensor([items.length, factors.itemWidth], factors.item)],
    ['user.seen', float32Tensor([users.length], seen.user)],
    ['item.seen', float32Tensor([items.length], seen.item)],
  ]);
  if (bias !== null) {
    tensors.set('user.bias', float32Tensor([users.length], bias.user));
    tensors.set('item.bias', float32Tensor([items.length], bias.item));
  }
  layers.forEach((layer, l) => {
    tensors.set(`layers.${l}.weight`, float32Tensor([layer.in, layer.out], layer.weight));
    tensors.set(`layers.${l}.bias`, float32Tensor([layer.out], layer.bias));
  });
  const { model, loss, range, intercept } = weights;
  const metadata = {
    format: 'granary-recommender',
    version: '1',
    settings: JSON.stringify({ model, loss, range, intercept, layers: layers.length }),
    users: JSON.stringify(users),
    items: JSON.stringify(items),
    ...(titles === null ? {} : { titles: JSON.stringify(titles) }),
  };
  return encodeSafetensors({ metadata, tensors });
}

/**
 * The inverse of {@link encodeRecommender}.
 * @throws GranaryError RUN_CORRUPT, SAFETENSORS_INVALID
 */
export function decodeRecommender(bytes: Uint8Array): RecommenderWeights {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const corrupt = (what: string): GranaryError =>
    new GranaryError('RUN_CORRUPT', `Not a recommender's weights: ${what}.`, 'Train the run again.');
  if (metadata['format'] !== 'granary-recommender') throw corrupt('the file holds something else');
  const parse = <S extends z.ZodType>(schema: S, key: string): z.infer<S> => {
    try {
      return schema.parse(JSON.parse(metadata[key] ?? ''));
    } catch {
      throw corrupt(`its "${key}" cannot be read`);
    }
  };
  const tensor = (name: string): SafeTensor => {
    const found = tensors.get(name);
    if (found === undefined) throw corrupt(`"${name}" is missing`);
    return found;
  };
  const values = (name: string): Float32Array => float32Values(tensor(name));
  const { layers, ...settings } = parse(settingsSchema, 'settings');
  const users = parse(idsSchema, 'users');
  const items = parse(idsSchema, 'items');
  const widths = ['user.factors', 'item.factors'].map((name) => tensor(name).shape[1] ?? 0);
  const weights: RecommenderWeights = {
    ...settings,
    users,
    items,
    titles: metadata['titles'] === undefined ? null : parse(idsSchema, 'titles'),
    seen: { user: values('user.seen'), item: values('item.seen') },
    factors: {
      user: values('user.factors'),
      item: values('item.factors'),
      userWidth: widths[0]!,
      itemWidth: widths[1]!,
    },
    bias: tensors.has('user.bias') ? { user: values('user.bias'), item: values('item.bias') } : null,
    layers: Array.from({ length: layers }, (_, l) => {
      const { shape } = tensor(`layers.${l}.weight`);
      return {
        weight: values(`layers.${l}.weight`),
        bias: values(`layers.${l}.bias`),
        in: shape[0]!,
        out: shape[1]!,
      };
    }),
  };
  if (
    weights.factors.user.length !== users.length * widths[0]! ||
    weights.factors.item.length !== items.length * widths[1]!
  )
    throw corrupt('its tables do not fit its ids');
  return weights;
}
