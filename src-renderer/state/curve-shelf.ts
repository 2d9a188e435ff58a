import type { RunRow } from '../../shared/ipc/views.ts';
import type { RunCurves } from '../../shared/run-table/curves.ts';

/** More curves than this nobody tells apart; what is beyond is said. */
export const MOST_CURVES = 40;

/**
 * Curves of the runs that are marked, read while they are being marked, so that a comparison has them when it opens; of a run that goes
 * on its own are read anew, and no other's. A row that changed is another object.
 */
export class CurveShelf {
  readonly #read: (runIds: string[]) => Promise<RunCurves[]>;
  readonly #kept = new Map<string, { row: RunRow; curves: Promise<RunCurves | undefined> }>();

  constructor(read: (runIds: string[]) => Promise<RunCurves[]>) {
    this.#read = read;
  }

  /**
   * The curves of the first {@link MOST_CURVES} of some runs, in their order; those of others are let go of.
   * @throws what asking for them did
   */
  async of(rows: readonly RunRow[]): Promise<RunCurves[]> {
    const wanted = rows.slice(0, MOST_CURVES);
    const missing = wanted.filter((row) => this.#kept.get(row.id)?.row !== row);
    this.#kept.forEach((_, id) => {
      if (!wanted.some((row) => row.id === id)) this.#kept.delete(id);
    });
    if (missing.length > 0) {
      const asked = this.#read(missing.map(({ id }) => id));
      for (const row of missing) {
        const curves = asked.then((read) => read.find(({ run }) => run === row.id));
        const entry = { row, curves };
        this.#kept.set(row.id, entry);
        curves.catch(() => {
          // It is asked again the next time.
          if (this.#kept.get(row.id) === entry) this.#kept.delete(row.id);
        });
      }
    }
    const all = await Promise.all(wanted.map(({ id }) => this.#kept.get(id)!.curves));
    return all.filter((curves) => curves !== undefined);
  }
}
