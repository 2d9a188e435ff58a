import type { RatingsTable } from '../../shared/ratings/table.ts';
import type { RatingsOptions } from '../../shared/records/ratings.ts';
import { type Rated, historyOfUser, ratingsOf } from './history.ts';
import { type OpenRecommender, openRecommender } from './open.ts';

/** Models kept open: what is looked at, and what it is compared with. */
const KEPT = 3;

/** Recommenders that are looked at, kept open from one question to the next; and the ratings of one of them. */
export class RecommenderShelf {
  readonly workspace: string;
  readonly #read: (ratings: string, options: RatingsOptions) => Promise<unknown>;
  readonly #models = new Map<string, Promise<OpenRecommender>>();
  #ratings: { key: string; table: Promise<RatingsTable> } | null = null;

  /** @param read reads a ratings file and keeps it in the workspace */
  constructor(workspace: string, read: (ratings: string, options: RatingsOptions) => Promise<unknown>) {
    this.workspace = workspace;
    this.#read = read;
  }

  /** A finished run never changes, so what was opened stays true. @throws GranaryError as {@link openRecommender} */
  async open(runIds: readonly string[]): Promise<OpenRecommender> {
    const key = runIds.join(' ');
    let model = this.#models.get(key);
    this.#models.delete(key);
    model ??= openRecommender(this.workspace, runIds);
    this.#models.set(key, model);
    for (const oldest of [...this.#models.keys()].slice(0, -KEPT)) this.#models.delete(oldest);
    return model.catch((error: unknown) => {
      this.#models.delete(key);
      throw error;
    });
  }

  /** What a user has rated in the file of the model's first run. */
  async history(model: OpenRecommender, user: string): Promise<Rated[]> {
    const [run] = model.runs;
    const { ratings, options } = run!.header!.config;
    const key = JSON.stringify([ratings, options, run!.header!.datasetHash]);
    if (this.#ratings?.key !== key)
      this.#ratings = { key, table: ratingsOf(this.workspace, run!, this.#read) };
    const held = this.#ratings;
    const table = await held.table.catch((error: unknown) => {
      if (this.#ratings === held) this.#ratings = null;
      throw error;
    });
    return historyOfUser(table, model.items, user);
  }
}
