import { SvelteMap } from 'svelte/reactivity';
import { ask } from '../api/granary.ts';
import type { ChannelInput } from '../../shared/ipc/channels.ts';
import { PAGE, type PictureEntry } from '../../shared/ipc/pictures.ts';
import { faultOf, type Fault } from './fault.ts';

type Filter = NonNullable<ChannelInput<'dataset:pictures'>['filter']>;

/** The pictures that a filter lets through, fetched a page at a time as they come into view. */
export class PicturePages {
  total = $state(0);
  loaded = $state(false);
  fault = $state.raw<Fault | null>(null);
  readonly #hash: string;
  readonly #filter: Filter;
  readonly #pages = new SvelteMap<number, PictureEntry[]>();
  /** Not reactive: it only keeps pages from being fetched twice. */
  readonly #asked: Record<number, boolean> = {};

  #before: PicturePages | null;

  /** @param before what is shown until the first page is there */
  constructor(hash: string, filter: Filter, before: PicturePages | null) {
    this.#hash = hash;
    this.#filter = filter;
    this.#before = before;
    void this.#ask(0);
  }

  /** These, or what is shown in their place as long as nothing of them is there. */
  get settled(): PicturePages {
    return this.loaded || this.fault !== null ? this : (this.#before ?? this);
  }

  /** Undefined while its page is on the way. */
  entry(index: number): PictureEntry | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Fetches what is missing of a range. */
  need(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) void this.#ask(page);
  }

  async #ask(page: number): Promise<void> {
    if (this.#asked[page]) return;
    this.#asked[page] = true;
    try {
      const { total, pictures } = await ask('dataset:pictures', {
        hash: this.#hash,
        filter: this.#filter,
        offset: page * PAGE,
        limit: PAGE,
      });
      this.#pages.set(page, pictures);
      this.total = total;
      this.loaded = true;
      this.#before = null;
    } catch (error) {
      this.#asked[page] = false;
      this.fault = faultOf(error);
    }
  }
}
