import { ask } from '../api/granary.ts';
import { GranaryError } from '../../shared/errors.ts';
import type { RatingsSummary } from '../../shared/ipc/recommender-views.ts';
import { type Fault, faultOf } from './fault.ts';

/** The ratings file that validates a sweep, read and checked in the same way as the file that trains. */
export class ValidFile {
  path = $state<string | null>(null);
  checking = $state(false);
  summary = $state.raw<RatingsSummary | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** File and columns that were checked last: a change of the columns asks for another check. */
  #checked = '';

  /** Why nothing can be validated by it (yet); null when it can. */
  get problem(): string | null {
    if (this.fault !== null) return this.fault.message;
    return this.summary === null ? 'The file that validates is being read.' : null;
  }

  async choose(trained: RatingsSummary): Promise<void> {
    const path = await ask('ratings:choose');
    if (path === null) return;
    this.path = path;
    this.#checked = '';
    await this.check(trained);
  }

  /** Reads and checks it, unless that was done already. */
  async check(trained: RatingsSummary): Promise<void> {
    const { path } = this;
    const { items: _, ...options } = trained.options;
    const asked = JSON.stringify([path, options, trained.path]);
    if (path === null || asked === this.#checked) return;
    this.#checked = asked;
    this.checking = true;
    this.summary = null;
    this.fault = null;
    try {
      if (path === trained.path) throw sameFile();
      const summary = await ask('ratings:inspect', { path, options });
      if (asked !== this.#checked) return;
      if (summary.implicit !== trained.implicit) throw otherColumns();
      this.summary = summary;
    } catch (error) {
      if (asked === this.#checked) this.fault = faultOf(error);
    } finally {
      if (asked === this.#checked) this.checking = false;
    }
  }
}

const sameFile = (): GranaryError =>
  new GranaryError(
    'SPLIT_INVALID',
    'This is the file that trains: a model knows its ratings by heart.',
    'Choose another file, or a split of this one.',
  );
const otherColumns = (): GranaryError =>
  new GranaryError(
    'SPLIT_INVALID',
    'One of the two files has ratings and the other has none.',
    'Both need the same columns.',
  );
