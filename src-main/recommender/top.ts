import { becauseOf } from '../../shared/recommender/explain.ts';
import { topN } from '../../shared/recommender/top.ts';
import { csvLines } from '../files/csv.ts';
import { writeExport } from '../files/write-export.ts';
import type { Rated } from './history.ts';
import type { OpenRecommender } from './open.ts';

/** An item that a user would like. */
export interface Recommended {
  /** From 1. */
  rank: number;
  item: string;
  title: string;
  predicted: number;
  /** Titles of rated items that speak for it. */
  because: string[];
}

/** What a user would like best, without what they have rated unless `withSeen` asks for it. */
export function recommend(
  model: OpenRecommender,
  user: string,
  history: readonly Rated[],
  { n, withSeen = false, reasons = 3 }: { n: number; withSeen?: boolean; reasons?: number },
): Recommended[] {
  const scores = model.predictAll(user);
  const leftOut = withSeen ? new Set<number>() : new Set(history.map(({ item }) => item));
  // What training never saw has no prediction of its own.
  model.scorers[0]!.weights.seen.item.forEach((count, item) => count === 0 && leftOut.add(item));
  return topN(scores, n, leftOut).map((item, k) => ({
    rank: k + 1,
    item: model.items[item]!,
    title: model.title(item),
    predicted: scores[item]!,
    because:
      reasons === 0
        ? []
        : becauseOf(model.scorers[0]!, item, history, reasons).map((other) => model.title(other.item)),
  }));
}

/**
 * Writes everybody's list as CSV, a user at a time. A cell that a spreadsheet would take for a formula is quoted as text.
 * @returns rows written
 * @throws GranaryError as {@link writeExport}
 */
export function writeTopCsv(
  path: string,
  users: readonly string[],
  list: (user: string, place: number) => readonly Recommended[],
): number {
  let rows = 0;
  function* lines(): Iterable<string> {
    yield csvLines([['user', 'rank', 'item', 'title', 'predicted']]);
    for (const [place, user] of users.entries()) {
      const best = list(user, place);
      rows += best.length;
      yield csvLines(
        // A number, not text: a minus before it makes no formula.
        best.map(({ rank, item, title, predicted }) => [
          user,
          rank,
          item,
          title,
          Number(predicted.toFixed(4)),
        ]),
      );
    }
  }
  writeExport(path, lines());
  return rows;
}
