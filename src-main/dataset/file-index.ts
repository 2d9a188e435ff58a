import { posix } from 'node:path';
import type { FoundFile } from './walk.ts';

/** What a text in a table stands for. It can only ever be a file that was found below the root. */
export type Resolved =
  | { found: string }
  | { found: null; why: 'missing' | 'outside-root' | 'ambiguous' }
  /** Not in the folder that is named; `at` has its name and lies in another. */
  | { found: null; why: 'elsewhere'; at: string };

/** Whether a text is one that names pictures, also where its own cannot be told or is not in its place. */
export function namesFiles(resolved: Resolved): boolean {
  return resolved.found !== null || resolved.why === 'ambiguous' || resolved.why === 'elsewhere';
}

/** Files by their paths, names, and either without extension, in one way of spelling. */
class Names {
  readonly #paths = new Map<string, string[]>();
  readonly #names = new Map<string, string[]>();
  readonly #folders = new Set<string>();
  readonly #folderNames = new Set<string>();
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
      for (let f = posix.dirname(spelt); f !== '.' && !this.#folders.has(f); f = posix.dirname(f)) {
        this.#folders.add(f);
        this.#folderNames.add(posix.basename(f));
      }
    }
  }

  /** Whether a folder of this path holds files, itself or below it. */
  hasFolder(path: string): boolean {
    return this.#folders.has(this.#spell(path));
  }

  /** Whether a folder of this name holds files, wherever it is. */
  hasFolderCalled(name: string): boolean {
    return this.#folderNames.has(this.#spell(name));
  }

  /** The file of exactly this path. */
  at(path: string): string | undefined {
    return only(this.#paths.get(this.#spell(path)));
  }

  /** The file at this path below one of the folders, the first that has it. */
  below(folders: readonly string[], path: string): string | undefined {
    const wanted = this.#spell(path);
    for (const folder of folders) {
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

  /** Those of them that lie in a folder whose path from the root of the disk ends so. */
  calledIn(name: string, root: string, end: string): readonly string[] {
    const wanted = `/${this.#spell(end)}`;
    return this.called(name).filter((path) => this.#spell(posix.dirname(`${root}/${path}`)).endsWith(wanted));
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
   * @param folders where to look, below the root and in this order: the root itself (''), the picture folder, its label folders
   */
  resolve(text: string, folders: readonly string[] = ['']): Resolved {
    let name = text.replaceAll('\\', '/');
    if (name.startsWith(`${this.#root}/`)) name = name.slice(this.#root.length + 1);
    name = posix.normalize(name);
    if (name === '..' || name.startsWith('../')) return { found: null, why: 'outside-root' };
    if (text === '') return { found: null, why: 'missing' };
    if (/^(\/|[a-z]:\/)/i.test(name)) return this.#ofAnotherMachine(name);
    return name.includes('/') ? this.#inFolder(name, folders) : this.#called(name, folders);
  }

  get #spellings(): readonly (() => Names)[] {
    return [() => this.#exact, () => this.#loosely()];
  }

  #loosely(): Names {
    return (this.#loose ??= new Names(this.#files, loosely));
  }

  /** A file name alone: in one of the folders, else wherever one file has it. */
  #called(name: string, folders: readonly string[]): Resolved {
    for (const names of this.#spellings) {
      const found = names().below(folders, name);
      if (found !== undefined) return { found };
      const called = names().called(name);
      if (called.length > 0) return one(called);
    }
    return { found: null, why: 'missing' };
  }

  /**
   * A file in the folder that a path names, also when that is spelt otherwise. Where the root has no such folder, the path may begin
   * further down or further up than the root; one of the same name in another folder would be another picture.
   */
  #inFolder(path: string, folders: readonly string[]): Resolved {
    const folder = posix.dirname(path);
    const fromRoot = folders[0] === '';
    for (const names of this.#spellings) {
      const known = fromRoot && names().hasFolder(folder);
      const found = names().below(known ? [''] : folders, path);
      if (found !== undefined) return { found };
      if (known) continue;
      const ends = names().calledIn(posix.basename(path), this.#root, folder);
      if (ends.length > 0) return one(ends);
      if (this.#loosely().hasFolder(path.slice(0, path.indexOf('/')))) continue;
      const further = atItsEnd(names(), path);
      if (further !== undefined) return { found: further };
    }
    return elsewhere(this.#called(posix.basename(path), ['']));
  }

  /** Of the folders of another machine only those say something that folders here are called like. */
  #ofAnotherMachine(path: string): Resolved {
    const folder = posix.basename(posix.dirname(path));
    const name = posix.basename(path);
    for (const names of this.#spellings) {
      const found = atItsEnd(names(), path);
      if (found !== undefined) return { found };
      const ends = names().calledIn(name, this.#root, folder);
      if (ends.length > 0) return one(ends);
    }
    const called = this.#called(name, ['']);
    if (called.found === null && called.why === 'missing') return { found: null, why: 'outside-root' };
    return this.#loosely().hasFolderCalled(folder) ? elsewhere(called) : called;
  }
}

/** What is told of a path whose folder lacks its file, where that name alone means this. */
function elsewhere(called: Resolved): Resolved {
  return called.found === null ? called : { found: null, why: 'elsewhere', at: called.found };
}

/** The only one of several files that a text may mean. */
function one(files: readonly string[]): Resolved {
  return files.length === 1 ? { found: files[0]! } : { found: null, why: 'ambiguous' };
}

/** The file whose whole path is the end of a longer one, with a folder at least. */
function atItsEnd(names: Names, path: string): string | undefined {
  for (let end = afterSlash(path); end.includes('/'); end = afterSlash(end)) {
    const found = names.at(end);
    if (found !== undefined) return found;
  }
  return undefined;
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
