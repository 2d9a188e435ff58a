import { posix } from 'node:path';
import type { FoundFile } from './walk.ts';

/** What a text in a table stands for. It can only ever be a file that was found below the root. */
export type Resolved = { found: string } | { found: null; why: 'missing' | 'outside-root' | 'ambiguous' };

/** Files by their paths, names, and either without extension, in one way of spelling. */
class Names {
  readonly #paths = new Map<string, string[]>();
  readonly #names = new Map<string, string[]>();
  readonly #spell: (text: string) => string;

  constructor(files: readonly FoundFile[], spell: (text: string) => string) {
    this.#spell = spell;
    for (const { path } of files) {
      const spelt = spell(path);
      const name = posix.basename(spelt);
      append(this.#paths, spelt, path);
      append(this.#paths, `${withoutExtension(spelt)}.`, path);
      append(this.#names, name, path);
      append(this.#names, `${withoutExtension(name)}.`, path);
    }
  }

  /** The file of exactly this path. */
  at(path: string): string | undefined {
    return only(this.#paths.get(this.#spell(path)));
  }

  /** The file at this path, or at this path below one of the folders. */
  below(folders: readonly string[], path: string): string | undefined {
    const wanted = this.#spell(path);
    for (const folder of ['', ...folders]) {
      const below = folder === '' ? wanted : `${this.#spell(folder)}/${wanted}`;
      const found = only(this.#paths.get(below)) ?? only(this.#paths.get(`${below}.`));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Files of this name anywhere: one, several that it may mean, or none. */
  called(name: string): readonly string[] {
    const wanted = this.#spell(name);
    return this.#names.get(wanted) ?? this.#names.get(`${wanted}.`) ?? [];
  }
}

/** Tables written on systems that take A.jpg and a.jpg for one file, or that compose accents otherwise, call files so. */
const loosely = (text: string): string => text.normalize('NFC').toLowerCase();

/** Finds files by what tables call them: a path, a file name, or a name without its extension. */
export class FileIndex {
  readonly #root: string;
  readonly #files: readonly FoundFile[];
  readonly #exact: Names;
  #loose: Names | undefined;

  constructor(root: string, files: readonly FoundFile[]) {
    this.#root = root;
    this.#files = files;
    this.#exact = new Names(files, (text) => text);
  }

  /**
   * A path from the root of a disk (of the machine where the table was written, most likely) is looked for by its end.
   * @param folders where to look first, below the root: the picture folder, its label folders
   */
  resolve(text: string, folders: readonly string[] = []): Resolved {
    let name = text.replaceAll('\\', '/');
    if (name.startsWith(`${this.#root}/`)) name = name.slice(this.#root.length + 1);
    name = posix.normalize(name);
    if (name === '..' || name.startsWith('../')) return { found: null, why: 'outside-root' };
    if (text === '') return { found: null, why: 'missing' };
    if (/^(\/|[a-z]:\/)/i.test(name)) return this.#byItsEnd(name);
    return this.#find(name, folders) ?? { found: null, why: 'missing' };
  }

  get #spellings(): readonly (() => Names)[] {
    return [() => this.#exact, () => (this.#loose ??= new Names(this.#files, loosely))];
  }

  /** In the folder that a path names, also when that is spelt otherwise, rather than of its name in another folder. */
  #find(path: string, folders: readonly string[]): Resolved | undefined {
    if (path.includes('/'))
      for (const names of this.#spellings) {
        const found = names().below(folders, path);
        if (found !== undefined) return { found };
      }
    for (const names of this.#spellings) {
      const found = path.includes('/') ? undefined : names().below(folders, path);
      if (found !== undefined) return { found };
      const called = names().called(posix.basename(path));
      if (called.length > 0)
        return called.length === 1 ? { found: called[0]! } : { found: null, why: 'ambiguous' };
    }
    return undefined;
  }

  #byItsEnd(path: string): Resolved {
    for (const names of this.#spellings)
      for (let end = afterSlash(path); end.includes('/'); end = afterSlash(end)) {
        const found = names().at(end);
        if (found !== undefined) return { found };
      }
    return this.#find(posix.basename(path), []) ?? { found: null, why: 'outside-root' };
  }
}

const afterSlash = (path: string): string => path.slice(path.indexOf('/') + 1);

function only(list: readonly string[] | undefined): string | undefined {
  return list?.length === 1 ? list[0] : undefined;
}

export function withoutExtension(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1 ? path.slice(0, dot) : path;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
