import { createSubscriber } from 'svelte/reactivity';
import { MOST_READ, type ReadPicture } from '../../shared/ipc/pictures.ts';

/** Bytes of pictures that are held, the ones seen last: some 3,000 of them. */
const MOST_HELD = 24e6;

/** Reads pictures by id, in their order. @param make also those that no cache of main's holds */
export type ReadPictures = (ids: readonly string[], make: boolean) => Promise<ReadPicture[]>;

/**
 * Small pictures of one dataset at hand for its grid. They come many in one answer, also those that are about to come into
 * sight, so that a row is drawn once and whole.
 */
export class PictureShelf {
  readonly source: string;
  readonly #read: ReadPictures;
  readonly #most: number;
  /** By id; those seen longest ago first. */
  readonly #held = new Map<string, Exclude<ReadPicture, null | false>>();
  #size = 0;
  readonly #failed = new Set<string>();
  /** In no cache when they were asked for: to be made when they are in sight. */
  readonly #unmade = new Set<string>();
  #seen: readonly string[] = [];
  #near: readonly string[] = [];
  readonly #busy = { reading: false, making: false };
  /** Lets what is drawn look again. */
  #changed: () => void = () => undefined;
  readonly #subscribe = createSubscriber((update) => {
    this.#changed = update;
  });

  constructor(source: string, read: ReadPictures, most = MOST_HELD) {
    this.source = source;
    this.#read = read;
    this.#most = most;
  }

  /** A picture's JPEG; null while it is on its way; false where it cannot be had here. */
  picture(id: string): ReadPicture {
    this.#subscribe();
    return this.#held.get(id) ?? (this.#failed.has(id) ? false : null);
  }

  /**
   * Says what is looked at now, instead of what was said before.
   * @param seen the most wanted first
   * @param near may come into sight next: read, but not made
   */
  want(seen: readonly string[], near: readonly string[]): void {
    this.#seen = seen;
    this.#near = near;
    for (const id of seen) {
      const picture = this.#held.get(id);
      if (picture === undefined) continue;
      this.#held.delete(id);
      this.#held.set(id, picture);
    }
    void this.#ask('reading');
    void this.#ask('making');
  }

  /** Told that the bytes of one are no picture: its own address is to say why. */
  fail(id: string): void {
    this.#size -= this.#held.get(id)?.length ?? 0;
    this.#held.delete(id);
    this.#failed.add(id);
    this.#changed();
  }

  /** One question of a kind at a time; what is wanted meanwhile goes with the next one. */
  async #ask(kind: 'reading' | 'making'): Promise<void> {
    if (this.#busy[kind]) return;
    this.#busy[kind] = true;
    try {
      for (let ids = this.#missing(kind); ids.length > 0; ids = this.#missing(kind)) {
        const answer = await this.#read(ids, kind === 'making');
        ids.forEach((id, place) => this.#keep(id, answer[place] ?? null));
        this.#trim();
        if (answer.some((picture) => picture !== null)) this.#changed();
        if (kind === 'reading') void this.#ask('making');
      }
    } catch {
      // Main is gone or going: whatever is wanted next asks again.
    } finally {
      this.#busy[kind] = false;
    }
  }

  #missing(kind: 'reading' | 'making'): string[] {
    const making = kind === 'making';
    const wanted = making ? this.#seen : [...this.#seen, ...this.#near];
    return wanted
      .filter((id) => this.#unmade.has(id) === making && !this.#held.has(id) && !this.#failed.has(id))
      .slice(0, MOST_READ);
  }

  #keep(id: string, picture: ReadPicture): void {
    if (picture === null) {
      this.#unmade.add(id);
      return;
    }
    this.#unmade.delete(id);
    if (picture === false) this.#failed.add(id);
    else {
      this.#size += picture.length - (this.#held.get(id)?.length ?? 0);
      this.#held.set(id, picture);
    }
  }

  /** (What is wanted stays, however much it is: it would be asked for again at once, and for ever.) */
  #trim(): void {
    const wanted = new Set([...this.#seen, ...this.#near]);
    for (const [id, picture] of this.#held) {
      if (this.#size <= this.#most) return;
      if (wanted.has(id)) continue;
      this.#size -= picture.length;
      this.#held.delete(id);
    }
  }
}
