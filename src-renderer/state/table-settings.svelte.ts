import { z } from 'zod';
import { usualColumns } from '../../shared/run-table/usual-columns.ts';
import { keep, readKept } from './kept.ts';

const KEY = 'runs-table';

const schema = z.object({
  columns: z.array(z.string()).default([...usualColumns]),
  sort: z.string().default('valid.error_rate'),
  descending: z.boolean().default(false),
  /** A field's id; empty: no groups. */
  group: z.string().default(''),
});

/** How the runs table is laid out; kept between starts. */
export class TableSettings {
  #kept = $state.raw(readKept(KEY, schema));

  get columns(): string[] {
    return this.#kept.columns;
  }
  set columns(columns: string[]) {
    this.#keep({ columns });
  }

  get sort(): string {
    return this.#kept.sort;
  }

  get descending(): boolean {
    return this.#kept.descending;
  }

  get group(): string {
    return this.#kept.group;
  }
  set group(group: string) {
    this.#keep({ group });
  }

  /** Sorts by a field; the same field again turns the order round. */
  sortBy(id: string, descendingFirst: boolean): void {
    if (this.sort === id) this.#keep({ descending: !this.descending });
    else this.#keep({ sort: id, descending: descendingFirst });
  }

  toggleColumn(id: string): void {
    const { columns } = this;
    this.columns = columns.includes(id) ? columns.filter((one) => one !== id) : [...columns, id];
  }

  /** One place to the left (-1) or right (1). */
  moveColumn(id: string, by: -1 | 1): void {
    const columns = [...this.columns];
    const at = columns.indexOf(id);
    const to = at + by;
    if (at < 0 || to < 0 || to >= columns.length) return;
    [columns[at], columns[to]] = [columns[to]!, columns[at]!];
    this.columns = columns;
  }

  reset(): void {
    this.columns = [...usualColumns];
  }

  #keep(change: Partial<z.output<typeof schema>>): void {
    this.#kept = { ...this.#kept, ...change };
    keep(KEY, this.#kept);
  }
}
