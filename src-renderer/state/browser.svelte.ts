import { untrack } from 'svelte';
import type { PictureEntry } from '../../shared/ipc/pictures.ts';
import type { DatasetSummary } from '../../shared/ipc/views.ts';
import { readPictures } from '../api/pictures.ts';
import { PictureShelf } from './picture-shelf.ts';
import { PicturePages } from './picture-pages.svelte.ts';

export type DatasetTab = 'overview' | 'pictures' | 'copies' | 'preview';

/** How one dataset is looked at: which part, which pictures, which one of them. A new one for each dataset that is read. */
export class DatasetBrowser {
  tab = $state<DatasetTab>('overview');
  set = $state<'train' | 'test'>('train');
  search = $state('');
  /** Chosen label of each target by name: absent for all, null for pictures without one. */
  labels = $state.raw<Readonly<Record<string, string | null>>>({});
  size = $state.raw<{ height: number; width: number } | null>(null);
  /** Place in the list of what the filter lets through. */
  selected = $state<number | null>(null);
  /** The picture that the preview shows; null: the selected or the first one. */
  previewId = $state<string | null>(null);
  readonly #summary: DatasetSummary;
  readonly shelf: PictureShelf;
  readonly #newest = $derived.by(() => this.#pages());
  #last: PicturePages | null = null;

  constructor(summary: DatasetSummary) {
    this.#summary = summary;
    this.shelf = new PictureShelf(summary.hash, (ids, make) => readPictures(summary.hash, ids, make));
  }

  get summary(): DatasetSummary {
    return this.#summary;
  }

  /** What the filter lets through; what the one before it let through until that is known, so that nothing is made anew for a moment. */
  get pages(): PicturePages {
    return this.#newest.settled;
  }

  /** The picture that is selected, where its page is there. */
  get entry(): PictureEntry | null {
    return this.selected === null ? null : (this.pages.entry(this.selected) ?? null);
  }

  /** Shows the training pictures that have these labels, and all of them where none is given. */
  show(labels: Readonly<Record<string, string | null>>): void {
    this.clear();
    this.labels = labels;
    this.tab = 'pictures';
  }

  showSize(size: { height: number; width: number }): void {
    this.clear();
    this.size = size;
    this.tab = 'pictures';
  }

  choose(target: string, label: string | null | undefined): void {
    const { [target]: _before, ...others } = this.labels;
    this.labels = label === undefined ? others : { ...others, [target]: label };
    this.selected = null;
  }

  clear(): void {
    this.labels = {};
    this.search = '';
    this.size = null;
    this.set = 'train';
    this.selected = null;
  }

  get filtered(): boolean {
    return Object.keys(this.labels).length > 0 || this.search.trim() !== '' || this.size !== null;
  }

  preview(id: string): void {
    this.previewId = id;
    this.tab = 'preview';
  }

  #pages(): PicturePages {
    const labels =
      this.set === 'test' ? [] : Object.entries(this.labels).map(([target, label]) => ({ target, label }));
    const { set, search, size } = this;
    const before = untrack(() => this.#last?.settled ?? null);
    this.#last = new PicturePages(this.#summary.hash, { set, labels, search, size }, before);
    return this.#last;
  }
}
