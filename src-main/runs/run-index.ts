import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRow } from '../../shared/ipc/views.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { ratingsRow } from './ratings-row.ts';
import { summariseRatingsRun } from './ratings-runs.ts';
import { colorsOf } from './run-colors.ts';
import { runIdPattern } from './run-id.ts';
import { markOf } from './run-mark.ts';
import { type RowEntry, readRowCache, writeRowCache } from './row-cache.ts';
import { type UncolouredRow, runRow } from './run-row.ts';
import { summarise } from './run-store.ts';

/** Folders read before others have a turn: the window must be answered meanwhile. */
const AT_ONCE = 16;
/** Fewer new rows than this are read again at the next start rather than writing all of them now. */
const WORTH_KEEPING = 8;

/**
 * The rows of a workspace's runs, kept so that a change reads one folder and not all of them. What is on disk decides: an entry
 * holds as long as the sizes and times of the folder's files are what they were. What is known outlives the process (row-cache.ts).
 */
export class RunIndex {
  readonly workspace: string;
  #entries: Map<string, RowEntry> | null = null;
  #unsaved = 0;
  #reading: Promise<void> | null = null;
  /** Folders read so far: what tests and benchmarks count. */
  reads = 0;

  constructor(workspace: string) {
    this.workspace = workspace;
  }

  /** Every run, oldest first. One that cannot be read is listed as such. */
  async rows(): Promise<RunRow[]> {
    // Two questions at once must not read everything twice.
    this.#reading ??= this.#refresh().finally(() => (this.#reading = null));
    await this.#reading;
    const found = [...(this.#entries ?? new Map<string, RowEntry>()).values()].flatMap(({ row }) =>
      row === null ? [] : [row],
    );
    const colors = colorsOf(this.workspace, found.map(({ id }) => id).sort());
    return found
      .map((row): RunRow => ({ ...row, color: row.color ?? colors.get(row.id)! }))
      .sort((a, b) => compare(a.created ?? '', b.created ?? '') || compare(a.id, b.id));
  }

  async #refresh(): Promise<void> {
    const folder = join(this.workspace, layout.runs);
    const ids = listFolders(folder).filter((name) => runIdPattern.test(name));
    const present = new Set(ids);
    const entries = (this.#entries ??= readRowCache(this.workspace));
    for (const id of entries.keys()) if (!present.has(id)) entries.delete(id);
    const stale = ids.flatMap((id) => {
      const mark = markOf(join(folder, id));
      const entry = entries.get(id);
      // Whether a worker lives is not written anywhere: a run that trains is looked at each time.
      return entry?.mark === mark && entry.row?.state !== 'running' ? [] : [{ id, mark }];
    });
    for (let from = 0; from < stale.length; from += AT_ONCE) {
      await Promise.all(
        stale.slice(from, from + AT_ONCE).map(async ({ id, mark }) => {
          this.reads += 1;
          const row = await readRow(join(folder, id), id);
          entries.set(id, { mark, row });
          if (row?.state !== 'running') this.#unsaved += 1;
        }),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#unsaved < WORTH_KEEPING) return;
    this.#unsaved = 0;
    writeRowCache(this.workspace, entries);
  }
}

/** The row of a run of either kind; null where no run began. */
async function readRow(folder: string, id: string): Promise<UncolouredRow | null> {
  const run = await summarise(folder, id);
  if (run !== null) return runRow(run);
  const ratings = summariseRatingsRun(folder, id);
  return ratings === null ? null : ratingsRow(ratings);
}

function listFolders(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
