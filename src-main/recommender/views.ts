import type {
  FoundItems,
  ReasonsView,
  RecommenderView,
  SimilarView,
  UserView,
} from '../../shared/ipc/recommender-views.ts';
import { GranaryError } from '../../shared/errors.ts';
import { itemsByBias } from '../../shared/recommender/biases.ts';
import { explain } from '../../shared/recommender/explain.ts';
import { principalComponents } from '../../shared/recommender/principal-components.ts';
import { UNKNOWN } from '../../shared/recommender/scorer.ts';
import { similarItems } from '../../shared/recommender/similar.ts';
import type { Rated } from './history.ts';
import type { OpenRecommender } from './open.ts';
import { recommend } from './top.ts';

/** More points than this hide each other. */
const MOST_POINTS = 1000;
const LISTED = 15;
const FOUND = 30;
const SIMILAR = 12;
const HISTORY = 200;
const RECOMMENDED = 20;
const PARTS = 10;

/**
 * What a recommender has learnt of its items.
 * @param least ratings that an item needs to be listed by its bias
 */
export function recommenderView(model: OpenRecommender, least: number): RecommenderView {
  const { weights } = model.scorers[0]!;
  const order = itemsByBias(weights, least);
  const line = (item: number) => ({ ...named(model, item), bias: weights.bias!.item[item]! });
  return {
    biases:
      order === null
        ? null
        : { best: order.slice(0, LISTED).map(line), worst: order.slice(-LISTED).reverse().map(line) },
    scatter: itemMap(model, MOST_POINTS),
    users: mostSeen(weights.seen.user, LISTED).map((user) => weights.users[user]!),
  };
}

/** The most rated items on the two main axes of their factors. */
export function itemMap(model: OpenRecommender, count: number): RecommenderView['scatter'] {
  const { weights } = model.scorers[0]!;
  const shown = mostSeen(weights.seen.item, count);
  const { itemWidth } = weights.factors;
  // The axes are those of the items that are drawn: rarely rated ones have hardly left their start.
  const values = new Float32Array(shown.length * itemWidth);
  shown.forEach((item, row) =>
    values.set(weights.factors.item.subarray(item * itemWidth, (item + 1) * itemWidth), row * itemWidth),
  );
  const { points, explained } = principalComponents(
    values,
    itemWidth,
    new Float32Array(shown.length).fill(1),
  );
  return {
    points: shown.map((item, row) => ({
      ...named(model, item),
      x: points[2 * row]!,
      y: points[2 * row + 1]!,
    })),
    explained,
    items: weights.seen.item.reduce((sum, ratings) => sum + Number(ratings > 0), 0),
  };
}

/** Items whose id or title holds a text, the most rated first; an id that is the text comes before all. */
export function findItems(model: OpenRecommender, text: string): FoundItems {
  const wanted = text.trim().toLowerCase();
  const { seen } = model.scorers[0]!.weights;
  return model.items
    .map((_, item) => item)
    .filter(
      (item) =>
        seen.item[item]! > 0 && `${model.items[item]} ${model.title(item)}`.toLowerCase().includes(wanted),
    )
    .sort(
      (a, b) =>
        Number(model.items[b] === text.trim()) - Number(model.items[a] === text.trim()) ||
        seen.item[b]! - seen.item[a]! ||
        a - b,
    )
    .slice(0, FOUND)
    .map((item) => named(model, item));
}

/** @throws GranaryError USAGE when training saw no such item */
export function similarView(model: OpenRecommender, id: string): SimilarView {
  const item = knownItem(model, id);
  return {
    ...named(model, item),
    similar: similarItems(model.scorers[0]!.weights, item, SIMILAR).map(({ item: other, cosine }) => ({
      ...named(model, other),
      cosine,
    })),
  };
}

/** A user's ratings beside predictions, and what would be recommended to them. Several runs predict their mean. */
export function userView(model: OpenRecommender, user: string, history: readonly Rated[]): UserView {
  const predicted = model.predictAll(user);
  return {
    user,
    known: model.scorers.some((scorer) => scorer.userIndex(user) !== UNKNOWN),
    ratings: history.length,
    history: history
      .map(({ item, rating }) => ({
        item: model.items[item]!,
        title: model.title(item),
        rating,
        predicted: predicted[item]!,
      }))
      .sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0) || b.predicted - a.predicted)
      .slice(0, HISTORY),
    recommended: recommend(model, user, history, { n: RECOMMENDED }).map(({ rank: _, ...listed }) => listed),
  };
}

/** Why one run predicts what it does. */
export function reasonsView(model: OpenRecommender, user: string, id: string): ReasonsView {
  const scorer = model.scorers[0]!;
  const place = model.items.indexOf(id);
  const { parts, predicted, note } = explain(scorer, scorer.userIndex(user), scorer.itemIndex(id), Infinity);
  const sum = (values: typeof parts): number => values.reduce((total, { value }) => total + value, 0);
  return {
    ...{ user, item: id, title: place < 0 ? id : model.title(place), predicted, note },
    parts: parts.slice(0, PARTS),
    rest: { parts: Math.max(0, parts.length - PARTS), value: sum(parts.slice(PARTS)) },
    score: sum(parts),
  };
}

function named(model: OpenRecommender, item: number): { item: string; title: string; ratings: number } {
  return {
    item: model.items[item]!,
    title: model.title(item),
    ratings: model.scorers[0]!.weights.seen.item[item]!,
  };
}

/** Places of those that training saw, the most seen first. */
function mostSeen(seen: Float32Array, count: number): number[] {
  return Array.from(seen.keys())
    .filter((place) => seen[place]! > 0)
    .sort((a, b) => seen[b]! - seen[a]! || a - b)
    .slice(0, count);
}

function knownItem(model: OpenRecommender, id: string): number {
  const item = model.scorers[0]!.itemIndex(id);
  if (item !== UNKNOWN) return item;
  throw new GranaryError(
    'USAGE',
    `Training saw no item "${id}".`,
    'Choose an item that has ratings in training.',
  );
}
