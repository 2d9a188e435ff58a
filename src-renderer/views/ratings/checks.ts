import type { RatingsSummary } from '../../../shared/ipc/recommender-views.ts';
import type { RatingsProblem } from '../../../shared/records/ratings.ts';

/** One of the checks of a ratings file, and what it found. */
export interface RatingsCheck {
  code: RatingsProblem['code'];
  /** What holds where nothing was found. */
  fine: string;
  problem: RatingsProblem | null;
  /** Rows were left out for it. */
  leavesOut: boolean;
}

/** Every check that was made of this file; those that found something first. */
export function checksOf(summary: RatingsSummary): RatingsCheck[] {
  const made: { code: RatingsProblem['code']; fine: string; leavesOut?: boolean }[] = [
    ...(summary.implicit
      ? []
      : [{ code: 'RATING_NOT_NUMERIC' as const, fine: 'Every rating is a number', leavesOut: true }]),
    { code: 'ROW_SHORT', fine: 'Every row has all its cells', leavesOut: true },
    { code: 'ID_MISSING', fine: 'Every row names a user and an item', leavesOut: true },
    {
      code: 'DUPLICATE',
      fine: summary.implicit ? 'No pair stands there twice' : 'Nobody rated an item twice',
    },
    { code: 'USER_WITH_ONE_RATING', fine: 'Every user has at least two rows' },
    { code: 'ITEM_WITH_ONE_RATING', fine: 'Every item has at least two rows' },
    ...(summary.options.items === undefined
      ? []
      : [
          { code: 'ITEM_WITHOUT_TITLE' as const, fine: 'Every item has a title' },
          { code: 'TITLE_WITHOUT_RATING' as const, fine: 'Every title is of a rated item' },
        ]),
    ...(summary.format.time === null
      ? []
      : [{ code: 'TIME_NOT_READABLE' as const, fine: 'Every time can be read' }]),
  ];
  return made
    .map(({ code, fine, leavesOut = false }) => ({
      ...{ code, fine, leavesOut },
      problem: summary.problems.find((problem) => problem.code === code) ?? null,
    }))
    .sort((a, b) => Number(b.problem !== null) - Number(a.problem !== null));
}
