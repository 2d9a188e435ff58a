import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type PictureAddress, pictureUrl } from '../../shared/picture-address.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { thumbnailPath } from '../files/thumbnail-path.ts';
import { type CataloguedPicture, PictureCatalogue } from './catalogue.ts';
import { parsePictureUrl } from './picture-url.ts';
import { ThumbnailStore } from './thumbnail-store.ts';
import { ThumbnailWorker } from './thumbnail-worker.ts';

/** A picture ready to be sent, or why not: as HTTP says it. */
export type Served =
  { status: 200; type: string; bytes: Buffer } | { status: 204 | 404 | 410 | 415; reason: string };

interface Waiting {
  address: PictureAddress;
  picture: CataloguedPicture;
  answer: Promise<Served>;
  settle(served: Served): void;
}

/** More wait only when someone scrolls through thousands; those that have waited longest are out of sight by then. */
const MOST_WAITING = 300;

/**
 * Pictures of datasets for the window, reduced and cached by content. What was asked last is made first, because it is what is seen
 * now; what has scrolled away is dropped on the window's word, and what waits too long by itself.
 */
export class PictureService {
  readonly catalogue: PictureCatalogue;
  readonly store: ThumbnailStore;
  readonly #worker: ThumbnailWorker;
  /** By address; the newest last. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #making = new Map<string, Promise<Served>>();
  readonly #lanes: number;

  constructor(
    workspace: string,
    { worker = new ThumbnailWorker(), lanes = Math.max(2, cpus().length) } = {},
  ) {
    this.catalogue = new PictureCatalogue(workspace);
    this.store = new ThumbnailStore(join(workspace, layout.thumbnails));
    this.#worker = worker;
    this.#lanes = lanes;
  }

  /** Answers one request of the window. Never rejects. */
  async serve(url: string): Promise<Served> {
    const address = parsePictureUrl(url);
    return address === null
      ? { status: 404, reason: 'No picture has this address.' }
      : this.read(address, () => true);
  }

  /**
   * As {@link serve}, of an address that is known to be one.
   * @param make asked once no cache holds it; false: 204, and nothing is made
   */
  async read(address: PictureAddress, make: () => boolean): Promise<Served> {
    const picture = this.catalogue.picture(address.source, address.id);
    if (picture === null) return { status: 404, reason: 'No such picture is known.' };
    if (picture.ready) {
      const bytes = await readOrNull(join(picture.root, picture.path));
      return bytes === null
        ? { status: 410, reason: 'It was cleared.' }
        : { status: 200, type: 'image/png', bytes };
    }
    if (picture.sha256 !== null) {
      const cached = await readOrNull(thumbnailPath(this.store.folder, picture.sha256, address.size));
      if (cached !== null) return { status: 200, type: 'image/jpeg', bytes: cached };
    }
    if (!make()) return { status: 204, reason: '' };
    const key = pictureUrl(address);
    return this.#making.get(key) ?? this.#wait(key, address, picture);
  }

  /** Drops requests that nobody looks at any more. Returns how many there were. */
  cancel(addresses: readonly PictureAddress[]): number {
    let dropped = 0;
    for (const address of addresses) {
      const waiting = this.#waiting.get(pictureUrl(address));
      if (waiting !== undefined) {
        this.#drop(waiting);
        dropped++;
      }
    }
    return dropped;
  }

  /** Requests that wait for a free lane. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Drops what waits, and resolves when what is being made is there: nothing comes into the folder any more, until it is asked for. */
  async quiet(): Promise<void> {
    for (const waiting of [...this.#waiting.values()]) this.#drop(waiting);
    await Promise.all(this.#making.values());
  }

  close(): void {
    for (const waiting of [...this.#waiting.values()]) this.#drop(waiting);
    this.#worker.close();
  }

  #wait(key: string, address: PictureAddress, picture: CataloguedPicture): Promise<Served> {
    const before = this.#waiting.get(key);
    if (before !== undefined) {
      this.#waiting.delete(key);
      this.#waiting.set(key, before);
      return before.answer;
    }
    let settle!: Waiting['settle'];
    const answer = new Promise<Served>((resolve) => (settle = resolve));
    this.#waiting.set(key, { address, picture, answer, settle });
    for (const oldest of this.#waiting.values()) {
      if (this.#waiting.size <= MOST_WAITING) break;
      this.#drop(oldest);
    }
    this.#next();
    return answer;
  }

  #drop(waiting: Waiting): void {
    this.#waiting.delete(pictureUrl(waiting.address));
    waiting.settle({ status: 204, reason: '' });
  }

  #next(): void {
    while (this.#making.size < this.#lanes) {
      const newest = [...this.#waiting.values()].pop();
      if (newest === undefined) return;
      const key = pictureUrl(newest.address);
      this.#waiting.delete(key);
      const made = this.#make(newest);
      this.#making.set(key, made);
      void made.then((served) => {
        this.#making.delete(key);
        newest.settle(served);
        this.#next();
      });
    }
  }

  async #make({ address, picture }: Waiting): Promise<Served> {
    try {
      const made = await this.#worker.make({ ...picture, size: address.size, cache: this.store.folder });
      this.store.grew(made.bytes);
      return { status: 200, type: 'image/jpeg', bytes: await readFile(made.path) };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const gone = code === 'DATASET_NOT_FOUND' || code === 'DATASET_CHANGED';
      return { status: gone ? 410 : 415, reason: message };
    }
  }
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    const bytes = await readFile(path);
    return bytes.length === 0 ? null : bytes;
  } catch {
    return null;
  }
}
