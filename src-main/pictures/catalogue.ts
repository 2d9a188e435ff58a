import type { Manifest } from '../../shared/records/dataset.ts';
import { storedManifest } from '../runs/manifest-store.ts';

/** A picture that may be shown: where it lies, and what it must still be. */
export interface CataloguedPicture {
  root: string;
  /** Path below the root. */
  path: string;
  sha256: string | null;
  /** Made by our own worker, and sent as it is: a PNG. */
  ready?: true;
}

interface Source {
  manifest: Manifest | null;
  pictures: ReadonlyMap<string, CataloguedPicture>;
}

/** Sources kept in memory; a manifest of 10,000 pictures takes a few megabytes. */
const KEPT = 8;

/**
 * Which pictures the window may see, by source and id. A source is a dataset that was inspected in this workspace, by its hash, or
 * files that the user chose outside of any. Nothing else can be asked for.
 */
export class PictureCatalogue {
  readonly #workspace: string;
  readonly #sources = new Map<string, Source>();
  /** Hashes that no manifest of the workspace has: looked for once. */
  readonly #unknown = new Set<string>();

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  addDataset(manifest: Manifest): void {
    this.#unknown.delete(manifest.hash);
    this.#keep(manifest.hash, { manifest, pictures: picturesOf(manifest) });
  }

  /** Files outside of any dataset. @param name what the window calls them; lower case, digits, hyphens */
  addFiles(name: string, pictures: ReadonlyMap<string, CataloguedPicture>): void {
    this.#keep(name, { manifest: null, pictures });
  }

  /** The dataset of a hash, as it was last inspected here; null where there is none. */
  manifest(hash: string): Manifest | null {
    return this.#find(hash)?.manifest ?? null;
  }

  picture(source: string, id: string): CataloguedPicture | null {
    return this.#find(source)?.pictures.get(id) ?? null;
  }

  #find(name: string): Source | null {
    const known = this.#sources.get(name);
    if (known !== undefined) {
      // The one used last goes last.
      this.#keep(name, known);
      return known;
    }
    if (!/^[0-9a-f]{64}$/.test(name) || this.#unknown.has(name)) return null;
    const manifest = storedManifest(this.#workspace, name);
    if (manifest === null) {
      this.#unknown.add(name);
      return null;
    }
    this.addDataset(manifest);
    return this.#sources.get(name)!;
  }

  #keep(name: string, source: Source): void {
    this.#sources.delete(name);
    this.#sources.set(name, source);
    for (const oldest of this.#sources.keys()) {
      if (this.#sources.size <= KEPT) return;
      this.#sources.delete(oldest);
    }
  }
}

/** All pictures of a dataset: those in use, and those that its problems name. */
function picturesOf(manifest: Manifest): Map<string, CataloguedPicture> {
  const { root } = manifest;
  const pictures = new Map<string, CataloguedPicture>();
  for (const problem of manifest.problems)
    problem.ids.forEach((id, index) => {
      const path = problem.items?.[index]?.path;
      if (path != null) pictures.set(id, { root, path, sha256: null });
    });
  for (const { id, path } of manifest.copies?.flat() ?? []) pictures.set(id, { root, path, sha256: null });
  for (const { id, path, sha256 } of [...manifest.test, ...manifest.train])
    pictures.set(id, { root, path, sha256 });
  return pictures;
}
