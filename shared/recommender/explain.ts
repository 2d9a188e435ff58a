import { type Scorer, UNKNOWN } from './scorer.ts';

/** One part of a prediction's score, before intercept and range. */
export interface ScorePart {
  /** `user bias`, `item bias`, or `factor 3`. */
  name: string;
  value: number;
}

/** Why a model predicts what it does. */
export interface Explanation {
  predicted: number;
  /** Largest first, by size; the sum of all, with those that are not listed, is the score. Empty for networks. */
  parts: ScorePart[];
  /** In words, where little is known: an unknown user or item. */
  note: string | null;
}

/**
 * The parts of a prediction: both biases, and each factor's product of the user's taste and the item's nature.
 * @param count parts to list
 */
export function explain(scorer: Scorer, user: number, item: number, count: number): Explanation {
  const { weights } = scorer;
  const predicted = scorer.predict(user, item);
  const note = noteOf(user, item);
  if (weights.model === 'ncf') return { predicted, parts: [], note };
  const parts: ScorePart[] = [];
  if (weights.bias !== null)
    parts.push(
      { name: 'user bias', value: scorer.bias('user', user) },
      { name: 'item bias', value: scorer.bias('item', item) },
    );
  const [u, i] = [scorer.factors('user', user), scorer.factors('item', item)];
  u.forEach((value, f) => parts.push({ name: `factor ${f + 1}`, value: value * i[f]! }));
  parts.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  return { predicted, parts: parts.slice(0, count), note };
}

function noteOf(user: number, item: number): string | null {
  if (user === UNKNOWN && item === UNKNOWN)
    return 'Neither user nor item is known: this is the average of all.';
  if (user === UNKNOWN)
    return 'The user is unknown: this is what the average user gives the item. A few ratings and another training tell more.';
  if (item === UNKNOWN) return 'The item is unknown: this is what the user gives the average item.';
  return null;
}

/** Rated items that speak most for a recommendation: whose factors point its way, times how much better than expected they were rated. */
export function becauseOf(
  scorer: Scorer,
  item: number,
  history: readonly { item: number; rating: number | null }[],
  count: number,
): { item: number; rating: number | null; weight: number }[] {
  const own = scorer.factors('item', item);
  const mean = history.reduce((sum, { rating }) => sum + (rating ?? 1), 0) / Math.max(1, history.length);
  return history
    .map(({ item: other, rating }) => {
      const theirs = scorer.factors('item', other);
      let product = 0;
      for (let f = 0; f < own.length; f++) product += own[f]! * theirs[f]!;
      const likeness = product / (Math.hypot(...own) * Math.hypot(...theirs));
      return { item: other, rating, weight: likeness * (rating === null ? 1 : rating - mean) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, count);
}
