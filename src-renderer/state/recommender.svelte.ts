import { ask } from '../api/granary.ts';
import type {
  FoundItems,
  ReasonsView,
  RecommenderView,
  SimilarView,
  UserView,
} from '../../shared/ipc/recommender-views.ts';
import { faultOf, type Fault } from './fault.ts';

export type RecommenderTab = 'items' | 'map' | 'users';

/** A finished recommender that is looked at: what it has learnt of items, and what it makes of users. */
export class RecommenderState {
  /** Several predict their mean; what is learnt is the first's. */
  readonly runIds: readonly string[];
  tab = $state<RecommenderTab>('items');
  view = $state.raw<RecommenderView | null>(null);
  /** Ratings that an item needs to be listed by its bias. */
  least = $state(10);
  /** What is looked for among the items. */
  text = $state('');
  found = $state.raw<FoundItems>([]);
  similar = $state.raw<SimilarView | null>(null);
  user = $state.raw<UserView | null>(null);
  reasons = $state.raw<ReasonsView | null>(null);
  fault = $state.raw<Fault | null>(null);
  #asked = 0;

  constructor(runIds: readonly string[]) {
    this.runIds = runIds;
  }

  get runId(): string {
    return this.runIds[0]!;
  }

  load(): Promise<void> {
    return this.#try(async () => {
      const least = Number.isInteger(this.least) && this.least >= 1 ? this.least : 1;
      this.view = await ask('recommender:view', { runId: this.runId, least });
    });
  }

  /** Items whose id or title holds the text, as it is being typed. */
  async find(text: string): Promise<void> {
    this.text = text;
    const asked = ++this.#asked;
    if (text.trim() === '') {
      this.found = [];
      return;
    }
    await this.#try(async () => {
      const found = await ask('recommender:find', { runId: this.runId, text });
      if (asked === this.#asked) this.found = found;
    });
  }

  /** Shows what is like an item. */
  choose(item: string): Promise<void> {
    return this.#try(async () => {
      this.similar = await ask('recommender:similar', { runId: this.runId, item });
    });
  }

  showUser(user: string): Promise<void> {
    this.reasons = null;
    return this.#try(async () => {
      this.user = await ask('recommender:user', { runIds: [...this.runIds], user });
    });
  }

  /** Why it predicts what it does of the user that is shown. */
  showReasons(item: string): Promise<void> {
    const user = this.user?.user;
    if (user === undefined) return Promise.resolve();
    return this.#try(async () => {
      this.reasons = await ask('recommender:reasons', { runId: this.runId, user, item });
    });
  }

  async #try(action: () => Promise<void>): Promise<void> {
    try {
      this.fault = null;
      await action();
    } catch (error) {
      this.fault = faultOf(error);
    }
  }
}
