import { type Rated, type ReadRatings, historyOfUser } from './history.ts';
import { type OpenRecommender, openRecommender } from './open.ts';

/** Models kept open: what is looked at, and what it is compared with. */
const KEPT = 3;

/** Recommenders that are looked at, kept open from one question to the next. */
export class RecommenderShelf {
  readonly workspace: string;
  readonly #read: ReadRatings;
  readonly #models = new Map<string, Promise<OpenRecommender>>();

  /** @param read reads a ratings file and keeps it in the workspace */
  constructor(workspace: string, read: ReadRatings) {
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
  history(model: OpenRecommender, user: string): Promise<Rated[]> {
    return historyOfUser(this.workspace, model.runs[0]!, model.items, user, this.#read);
  }
}
