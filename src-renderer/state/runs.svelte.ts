import { SvelteSet } from 'svelte/reactivity';
import { ask, hear } from '../api/granary.ts';
import type { RunRow } from '../../shared/ipc/views.ts';
import { runIdSchema } from '../../shared/records/queue.ts';
import type { RunNotesPatch } from '../../shared/records/run-notes.ts';
import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { byId, setOf } from './collections.ts';
import { CurveShelf } from './curve-shelf.ts';
import { faultOf, type Fault } from './fault.ts';
import type { PreferencesState } from './preferences.svelte.ts';
import { RunTable } from './run-table.svelte.ts';
import type { Undo } from './undo.svelte.ts';

/** A change of what people say of a run. */
export interface NoteChange {
  runId: string;
  patch: RunNotesPatch;
}

/** The workspace's runs, those that are marked, and the one that is looked at. */
export class RunsState {
  rows = $state.raw<RunRow[]>([]);
  loaded = $state(false);
  readonly table = new RunTable(() => this.rows);
  /** Ids that acts on several runs are for: comparing, archiving, tagging. */
  readonly marked = new SvelteSet<string>();
  selected = $state<string | null>(null);
  detail = $state.raw<RunSummary | RatingsRun | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** The run whose page was closed last, until the table has opened at it. */
  left: string | null = null;

  readonly #undo: Undo;
  readonly #preferences: PreferencesState;
  #workspace = $state('');
  readonly byId = $derived(byId(this.rows));
  readonly markedRows = $derived([...this.marked].flatMap((id) => this.byId.get(id) ?? []));
  /** Of those that are marked. */
  readonly curves = new CurveShelf((runIds) => ask('compare:curves', { runIds }));
  /** The run that others are measured against in the table. */
  readonly baseline = $derived.by(() => this.#preferences.current.baselines[this.#workspace] ?? null);
  readonly baselineRow = $derived(this.baseline === null ? undefined : this.byId.get(this.baseline));

  /** @param preferences loaded before {@link load} is called */
  constructor(undo: Undo, preferences: PreferencesState) {
    this.#undo = undo;
    this.#preferences = preferences;
    hear('runs:changed', (ids) => {
      void this.#refresh(ids);
      if (this.selected !== null && ids.includes(this.selected)) void this.open(this.selected);
    });
  }

  async load(): Promise<void> {
    this.rows = await ask('runs:list');
    this.loaded = true;
    this.#workspace = (await ask('app:state')).workspace.path;
    await this.#moveBaseline();
  }

  /** Rows of these runs anew; the others stay as they are. */
  async #refresh(ids: readonly string[]): Promise<void> {
    if (!this.loaded) return;
    const fresh = await ask('runs:rows', { runIds: ids.slice(0, 10_000) });
    const changed = setOf(ids);
    const rows = [...this.rows.filter((row) => !changed.has(row.id)), ...fresh];
    const begun = (row: RunRow): string => `${row.created ?? ''} ${row.id}`;
    this.rows = rows.sort((a, b) => (begun(a) < begun(b) ? -1 : 1));
    for (const id of ids) if (!this.byId.has(id)) this.marked.delete(id);
  }

  toggleMark(id: string, on = !this.marked.has(id)): void {
    if (on) this.marked.add(id);
    else this.marked.delete(id);
  }

  async pin(id: string | null): Promise<void> {
    const { [this.#workspace]: _before, ...others } = this.#preferences.current.baselines;
    await this.#preferences.set({
      baselines: id === null ? others : { ...others, [this.#workspace]: id },
    });
  }

  /** Earlier versions kept the baseline in the page's own storage. */
  async #moveBaseline(): Promise<void> {
    const key = `baseline ${this.#workspace}`;
    const kept = localStorage.getItem(key);
    if (kept === null) return;
    if (this.baseline === null && runIdSchema.safeParse(kept).success) await this.pin(kept);
    localStorage.removeItem(key);
  }

  /**
   * Changes what people say of runs, and offers to take it back.
   * @param said what was done, such as `Archived 3 runs`
   */
  async note(changes: readonly NoteChange[], said: string): Promise<void> {
    if (changes.length === 0) return;
    const before = await this.#write(changes);
    this.#undo.offer(
      said,
      async () => void (await this.#write(before)),
      async () => void (await this.#write(changes)),
    );
  }

  archive(ids: readonly string[], archived: boolean): Promise<void> {
    const count = ids.length === 1 ? (this.byId.get(ids[0]!)?.name ?? 'a run') : `${ids.length} runs`;
    for (const id of ids) this.marked.delete(id);
    return this.note(
      ids.map((runId) => ({ runId, patch: { archived } })),
      archived ? `Archived ${count}` : `Took ${count} out of the archive`,
    );
  }

  /** Returns the changes that put everything back. */
  async #write(changes: readonly NoteChange[]): Promise<NoteChange[]> {
    const said = await ask('runs:note', { changes: [...changes] });
    await this.#refresh(said.map(({ runId }) => runId));
    if (this.selected !== null && said.some(({ runId }) => runId === this.selected))
      await this.open(this.selected);
    return said.map(({ runId, before: { name, tags, note, archived, color } }) => ({
      runId,
      patch: { name, tags, note, archived, color },
    }));
  }

  async open(runId: string): Promise<void> {
    this.selected = runId;
    this.fault = null;
    try {
      const ratings = this.byId.get(runId)?.kind === 'ratings';
      const detail = await (ratings ? ask('runs:read-recommender', { runId }) : ask('runs:read', { runId }));
      if (this.selected === runId) this.detail = detail;
    } catch (error) {
      if (this.selected !== runId) return;
      this.detail = null;
      this.fault = faultOf(error);
    }
  }

  close(): void {
    this.left = this.selected;
    this.selected = null;
    this.detail = null;
    this.fault = null;
  }

  /** Forgets everything: another workspace was opened. */
  reset(): void {
    this.close();
    this.left = null;
    this.marked.clear();
    this.rows = [];
    this.loaded = false;
  }

  /** Writes the table as it is shown where the user says. Returns the file's path; null when they changed their mind. */
  saveTable(): Promise<string | null> {
    const { ordered, columns, target } = this.table;
    return ask('runs:save-table', {
      runIds: ordered.map(({ id }) => id),
      columns: ['id', 'name', ...columns.map(({ id }) => id)],
      target,
    });
  }

  async reveal(runId: string): Promise<void> {
    await ask('runs:reveal', { runId });
  }
}
