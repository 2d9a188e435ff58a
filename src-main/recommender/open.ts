import { Scorer } from '../../shared/recommender/scorer.ts';
import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import { GranaryError } from '../../shared/errors.ts';
import { nearestNames } from '../../shared/architectures/nearest.ts';
import { readRecommender } from '../runs/ratings-runs.ts';
import { resolveRunIds } from '../runs/run-store.ts';

/** One or several finished recommender runs, ready to predict; several predict their mean. */
export interface OpenRecommender {
  runs: RatingsRun[];
  scorers: Scorer[];
  /** The first run's ids; all have the same. */
  users: string[];
  items: string[];
  title(item: number): string;
  predictAll(user: string): Float64Array;
}

/**
 * Opens runs for recommending.
 * @throws GranaryError RUN_NOT_FOUND, RUN_NOT_FINISHED, RUN_CORRUPT; ENSEMBLE_IMAGES_DIFFER when their items differ
 */
export async function openRecommender(workspace: string, names: readonly string[]): Promise<OpenRecommender> {
  const ids = await resolveRunIds(workspace, names);
  const opened = ids.map((id) => readRecommender(workspace, id));
  const scorers = opened.map(({ weights }) => new Scorer(weights));
  const { users, items, titles } = opened[0]!.weights;
  // Runs of one file may know of other validation ids: items are joined by id, never by place.
  const places = scorers.map(({ weights }) => {
    const index = new Map(weights.items.map((id, place) => [id, place]));
    return items.map((id) => index.get(id) ?? -1);
  });
  if (opened.some(({ run }) => run.header!.implicit !== opened[0]!.run.header!.implicit))
    throw new GranaryError(
      'ENSEMBLE_TARGETS_DIFFER',
      'Some of these runs predict ratings and others whether an item is taken: their mean means nothing.',
      'Combine runs of one kind.',
    );
  return {
    runs: opened.map(({ run }) => run),
    scorers,
    users,
    items,
    title: (item) => titles?.[item] || items[item]!,
    predictAll(user) {
      const sums = new Float64Array(items.length);
      scorers.forEach((scorer, s) => {
        const index = scorer.userIndex(user);
        places[s]!.forEach((place, item) => (sums[item]! += scorer.predict(index, place) / scorers.length));
      });
      return sums;
    },
  };
}

/**
 * The item that a person named: its id, or its title, or the only title that holds the text.
 * @throws GranaryError USAGE
 */
export function findItem({ items, title }: OpenRecommender, text: string): number {
  const byId = items.indexOf(text);
  if (byId >= 0) return byId;
  const wanted = text.toLowerCase();
  const titles = items.map((_, item) => title(item));
  const exact = titles.findIndex((candidate) => candidate.toLowerCase() === wanted);
  if (exact >= 0) return exact;
  const holding = titles.flatMap((candidate, item) =>
    candidate.toLowerCase().includes(wanted) ? [item] : [],
  );
  if (holding.length === 1) return holding[0]!;
  throw new GranaryError(
    'USAGE',
    holding.length === 0
      ? `There is no item "${text}".`
      : `"${text}" stands in ${holding.length} titles: ${holding
          .slice(0, 5)
          .map((item) => titles[item])
          .join(', ')}${holding.length > 5 ? ' …' : ''}.`,
    holding.length === 0
      ? `Did you mean ${nearestNames(text, titles, 3).join(', ')}?`
      : 'Write more of the title, or its id.',
  );
}
