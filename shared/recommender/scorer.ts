import type { RecommenderWeights } from './weights.ts';

/** A user or item that training knew nothing of. */
export const UNKNOWN = -1;

/**
 * Predictions from trained weights, without TensorFlow. An unknown user is the average user without tastes: all that is left is
 * the item's bias. An unknown item is the average item likewise.
 */
export class Scorer {
  readonly weights: RecommenderWeights;
  readonly #average: { user: number; item: number };
  readonly #blank: { user: Float32Array; item: Float32Array };

  constructor(weights: RecommenderWeights) {
    this.weights = weights;
    const { bias, seen, factors } = weights;
    this.#average = {
      user: bias === null ? 0 : meanOfSeen(bias.user, seen.user),
      item: bias === null ? 0 : meanOfSeen(bias.item, seen.item),
    };
    this.#blank = {
      user: new Float32Array(factors.userWidth),
      item: new Float32Array(factors.itemWidth),
    };
  }

  /** The index of a user, {@link UNKNOWN} where training knew nothing of them. */
  userIndex(id: string): number {
    const index = this.weights.users.indexOf(id);
    return index >= 0 && this.weights.seen.user[index]! > 0 ? index : UNKNOWN;
  }

  itemIndex(id: string): number {
    const index = this.weights.items.indexOf(id);
    return index >= 0 && this.weights.seen.item[index]! > 0 ? index : UNKNOWN;
  }

  /** What the model expects the user to give the item; without ratings, the probability that they take it. */
  predict(user: number, item: number): number {
    return this.#fromScore(this.#score(user, item));
  }

  /** {@link predict} for every item. */
  predictAll(user: number): Float32Array {
    return Float32Array.from(this.weights.items, (_, item) => this.predict(user, item));
  }

  /** The bias of a user or item, the average one's for the unknown; 0 for models without. */
  bias(side: 'user' | 'item', index: number): number {
    const { bias, seen } = this.weights;
    if (bias === null) return 0;
    return index === UNKNOWN || seen[side][index] === 0 ? this.#average[side] : bias[side][index]!;
  }

  /** Factors of a user or item; zeros for the unknown. */
  factors(side: 'user' | 'item', index: number): Float32Array {
    const { factors, seen } = this.weights;
    if (index === UNKNOWN || seen[side][index] === 0) return this.#blank[side];
    const width = side === 'user' ? factors.userWidth : factors.itemWidth;
    return factors[side].subarray(index * width, (index + 1) * width);
  }

  #score(user: number, item: number): number {
    const [u, i] = [this.factors('user', user), this.factors('item', item)];
    if (this.weights.model === 'ncf') return this.#network(u, i);
    let sum = this.bias('user', user) + this.bias('item', item);
    for (let f = 0; f < u.length; f++) sum += u[f]! * i[f]!;
    return sum;
  }

  #network(user: Float32Array, item: Float32Array): number {
    let x = new Float32Array(user.length + item.length);
    x.set(user);
    x.set(item, user.length);
    const { layers } = this.weights;
    layers.forEach((layer, l) => {
      const y = layer.bias.slice();
      for (let row = 0; row < layer.in; row++) {
        const value = x[row]!;
        if (value === 0) continue;
        const from = row * layer.out;
        for (let column = 0; column < layer.out; column++) y[column]! += value * layer.weight[from + column]!;
      }
      if (l < layers.length - 1)
        for (let column = 0; column < y.length; column++) y[column] = Math.max(0, y[column]!);
      x = y;
    });
    return x[0]!;
  }

  #fromScore(score: number): number {
    const { range, intercept, loss } = this.weights;
    const shifted = score + intercept;
    if (loss === 'bce') return 1 / (1 + Math.exp(-shifted));
    if (range === null) return shifted;
    return range[0] + (range[1] - range[0]) / (1 + Math.exp(-shifted));
  }
}

function meanOfSeen(values: Float32Array, seen: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let k = 0; k < values.length; k++)
    if (seen[k]! > 0) {
      sum += values[k]!;
      count++;
    }
  return count === 0 ? 0 : sum / count;
}
