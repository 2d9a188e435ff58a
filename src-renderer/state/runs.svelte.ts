import { ask, hear } from '../api/granary.ts';
import type { RunRow } from '../../shared/ipc/views.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { faultOf, type Fault } from './fault.ts';
import { fieldNamed, fieldsOf } from '../../shared/run-table/fields.ts';
import { sortRows } from '../../shared/run-table/sort.ts';

/** The workspace's runs, and the one that is looked at. */
export class RunsState {
  rows = $state.raw<RunRow[]>([]);
  loaded = $state(false);
  sortKey = $state('valid.error_rate');
  descending = $state(false);
  selected = $state<string | null>(null);
  detail = $state.raw<RunSummary | null>(null);
  fault = $state.raw<Fault | null>(null);

  readonly sorted = $derived(
    sortRows(this.rows, fieldNamed(fieldsOf(this.rows), this.sortKey), this.descending, null),
  );

  constructor() {
    hear('runs:changed', (ids) => {
      void this.load();
      if (this.selected !== null && ids.includes(this.selected)) void this.open(this.selected);
    });
  }

  async load(): Promise<void> {
    this.rows = await ask('runs:list');
    this.loaded = true;
  }

  /** Sorts by a column; the same column again turns the order round. */
  sortBy(key: string): void {
    if (this.sortKey === key) this.descending = !this.descending;
    else {
      this.sortKey = key;
      this.descending = key === 'created';
    }
  }

  async open(runId: string): Promise<void> {
    this.selected = runId;
    this.fault = null;
    try {
      const detail = await ask('runs:read', { runId });
      if (this.selected === runId) this.detail = detail;
    } catch (error) {
      if (this.selected !== runId) return;
      this.detail = null;
      this.fault = faultOf(error);
    }
  }

  close(): void {
    this.selected = null;
    this.detail = null;
    this.fault = null;
  }

  /** Forgets everything: another workspace was opened. */
  reset(): void {
    this.close();
    this.rows = [];
    this.loaded = false;
  }

  async reveal(runId: string): Promise<void> {
    await ask('runs:reveal', { runId });
  }
}
