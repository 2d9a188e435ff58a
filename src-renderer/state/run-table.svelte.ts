import type { RunRow } from '../../shared/ipc/views.ts';
import { grouped } from '../../shared/grouped.ts';
import { type RunField, fieldNamed, fieldsOf } from '../../shared/run-table/fields.ts';
import { ALL_TARGETS } from '../../shared/run-table/figures.ts';
import { parseFilter } from '../../shared/run-table/filter.ts';
import { nameDifferences } from '../../shared/run-table/name-differences.ts';
import { sortRows } from '../../shared/run-table/sort.ts';
import { distinct, setOf, toggled } from './collections.ts';
import { faultOf, type Fault } from './fault.ts';
import { TableSettings } from './table-settings.svelte.ts';

/** One line of the table: a run, or the head of a group. */
export type TableLine =
  | { type: 'run'; row: RunRow }
  | { type: 'group'; key: string; count: number; best: number | null; open: boolean };

/** Which runs the table shows, in which order, with which columns. */
export class RunTable {
  readonly settings = new TableSettings();
  filter = $state('');
  archived = $state(false);
  /** Whose figures are meant; null: those of each run's first target. */
  target = $state<string | null>(null);
  /** How often {@link toRows} was called. */
  called = $state(0);
  #closed = $state.raw(setOf<string>());
  readonly #rows: () => readonly RunRow[];

  constructor(rows: () => readonly RunRow[]) {
    this.#rows = rows;
  }

  readonly fields = $derived.by(() => fieldsOf(this.#rows()));
  readonly targets = $derived.by(() => {
    const names = distinct(this.#rows().flatMap((row) => row.targets.map(({ target }) => target)));
    const all = names.includes(ALL_TARGETS) ? [ALL_TARGETS] : [];
    return [...names.filter((name) => name !== ALL_TARGETS), ...all];
  });
  /** A column whose field no run has any more (another workspace) shows nothing and is left out. */
  readonly columns = $derived(
    this.settings.columns.flatMap((id) => this.fields.find((field) => field.id === id) ?? []),
  );
  readonly sortField = $derived(
    this.fields.find((field) => field.id === this.settings.sort) ?? this.#field('created'),
  );
  readonly #filtered = $derived.by((): { rows: RunRow[]; fault: Fault | null } => {
    const rows = this.#rows().filter((row) => row.archived === this.archived);
    try {
      return { rows: rows.filter(parseFilter(this.filter, this.fields, this.target)), fault: null };
    } catch (error) {
      return { rows, fault: faultOf(error) };
    }
  });
  /** Why the filter is not one, while it is being typed: then all runs are shown. */
  readonly filterFault = $derived(this.#filtered.fault);
  readonly rows = $derived(
    sortRows(this.#filtered.rows, this.sortField, this.settings.descending, this.target),
  );
  readonly archivedCount = $derived.by(() => this.#rows().filter((row) => row.archived).length);
  /** Rows by the value of the field that they are grouped by; null where they are not. */
  readonly #groups = $derived.by((): [string, RunRow[]][] | null => {
    const group = this.fields.find((field) => field.id === this.settings.group);
    if (group === undefined) return null;
    return grouped(this.rows, (row) => {
      const value = group.read(row, this.target);
      const text = value !== null && typeof value === 'object' ? value.join(', ') : String(value ?? '');
      return text === '' ? '–' : text;
    });
  });
  readonly lines = $derived.by((): TableLine[] => {
    if (this.#groups === null) return this.rows.map((row) => ({ type: 'run', row }));
    return this.#groups.flatMap(([key, rows]): TableLine[] => {
      const open = !this.#closed.has(key);
      const head: TableLine = { type: 'group', key, count: rows.length, best: this.#best(rows), open };
      return [head, ...(open ? rows.map((row): TableLine => ({ type: 'run', row })) : [])];
    });
  });

  /** The runs that fit in the order of the table's lines, those of closed groups, too. */
  get ordered(): readonly RunRow[] {
    return this.#groups?.flatMap(([, rows]) => rows) ?? this.rows;
  }

  /** By run, of those that share a name: `seed 3`, `lr 0.002, seed 3`. */
  readonly differences = $derived.by(() => nameDifferences(this.rows));

  /** Gives the keyboard back to the row that it was at last, from what goes away when it is used. */
  toRows(): void {
    this.called += 1;
  }

  toggleGroup(key: string): void {
    this.#closed = toggled(this.#closed, key);
  }

  /** The best of a group by the figure that the table is sorted by; null where that is no figure. */
  #best(rows: readonly RunRow[]): number | null {
    const { figure } = this.sortField;
    if (figure === undefined) return null;
    const values = rows.flatMap((row) => {
      const value = this.sortField.read(row, this.target);
      return typeof value === 'number' ? [value] : [];
    });
    if (values.length === 0) return null;
    return figure.metric.direction === 'lower' ? Math.min(...values) : Math.max(...values);
  }

  #field(id: string): RunField {
    return fieldNamed(this.fields, id);
  }
}
