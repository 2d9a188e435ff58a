import { posix } from 'node:path';
import { formatOfName } from './file-format.ts';
import type { Resolved } from './resolved.ts';
import type { FoundFile } from './walk.ts';

/** Folders to look in one after the other; the first that has a file counts. */
type Place = readonly string[];
/** Places of one rank: a file that several of them have is not told from the others. */
export type Level = readonly Place[];

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
      append(this.#names, name, path);
      // What has a picture's name and is none, such as its annotations, is not meant by that.
      if (formatOfName(path) !== undefined) {
        append(this.#paths, `${withoutExtension(spelt)}.`, path);
        append(this.#names, `${withoutExtension(name)}.`, path);
      }
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

  /** Files that a path below the folders may mean: those of the first level that has any. */
  below(levels: readonly Level[], path: string): readonly string[] {
    const wanted = this.#spell(path);
    for (const places of levels) {
      const found = new Set(places.flatMap((place) => this.#firstBelow(place, wanted)));
      if (found.size > 0) return [...found];
    }
    return [];
  }

  #firstBelow(place: Place, wanted: string): readonly string[] {
    for (const folder of place) {
      const below = folder === '' ? wanted : `${this.#spell(folder)}/${wanted}`;
      const found = this.#paths.get(below) ?? this.#paths.get(`${below}.`);
      if (found !== undefined) return found;
    }
    return [];
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
export const loosely = (text: string): string => text.normalize('NFC').toLowerCase();

/** Whether a path, with forward slashes, begins at the root of a disk. */
export const isWhole = (path: string): boolean => /^(\/|[a-z]:\/)/i.test(path);

const inRoot: readonly Level[] = [[['']]];

/** Finds files by what tables call them: a path, a file name, or a name without its extension. */
export class FileIndex {
  readonly root: string;
  readonly #files: readonly FoundFile[];
  readonly #test: string | undefined;
  readonly #exact: Names;
  #loose: Names | undefined;

  /** @param test folder whose files nothing may train on: a path that leads there is told, and no other file taken for it */
  constructor(root: string, files: readonly FoundFile[], test?: string) {
    this.root = root;
    this.#files = files;
    this.#test = test;
    this.#exact = new Names(files, (text) => text);
  }

  /** A table's text as a path: with forward slashes, from the dataset's root where it lies below that. */
  pathOf(text: string): string {
    const path = text.replaceAll('\\', '/');
    return posix.normalize(path.startsWith(`${this.root}/`) ? path.slice(this.root.length + 1) : path);
  }

  /** Whether a folder of this name holds files, wherever it is, however it is spelt. */
  hasFolderCalled(name: string): boolean {
    return this.#loosely().hasFolderCalled(name);
  }

  /**
   * What one text stands for, by itself; {@link resolveAll} resolves a whole table. A path from the root of a disk (of the machine
   * where the table was written, most likely) is looked for by its end.
   * @param levels where to look, below the root and in this order, such as the root itself and then the folders in it
   */
  resolve(text: string, levels: readonly Level[] = inRoot): Resolved {
    const path = this.pathOf(text);
    if (path === '..' || path.startsWith('../')) return { found: null, why: 'outside-root' };
    if (text === '') return { found: null, why: 'missing' };
    if (isWhole(path)) return this.#ofAnotherMachine(path);
    return path.includes('/') ? this.#inFolder(path, levels) : this.#called(path, levels);
  }

  get #spellings(): readonly (() => Names)[] {
    return [() => this.#exact, () => this.#loosely()];
  }

  #loosely(): Names {
    return (this.#loose ??= new Names(this.#files, loosely));
  }

  /** A file name alone: in one of the folders, else wherever one file has it. */
  #called(name: string, levels: readonly Level[]): Resolved {
    for (const names of this.#spellings) {
      const found = names().below(levels, name);
      if (found.length > 0) return this.#one(found);
      const called = names().called(name);
      if (called.length > 0) return this.#one(called);
    }
    return { found: null, why: 'missing' };
  }

  /**
   * A file in the folder that a path names, also when that is spelt otherwise. Where the root has no such folder, the path may begin
   * further down or further up than the root; one of the same name in another folder would be another picture.
   */
  #inFolder(path: string, levels: readonly Level[]): Resolved {
    const folder = posix.dirname(path);
    const fromRoot = levels[0]![0]![0] === '';
    for (const names of this.#spellings) {
      const known = fromRoot && names().hasFolder(folder);
      const found = names().below(known ? inRoot : levels, path);
      if (found.length > 0) return this.#one(found);
      if (known) continue;
      const ends = names().calledIn(posix.basename(path), this.root, folder);
      if (ends.length > 0) return this.#one(ends);
    }
    const begins = path.slice(0, path.indexOf('/'));
    const further = this.#loosely().hasFolder(begins) ? undefined : this.#byItsEnd(path);
    return further ?? this.#elsewhere(path);
  }

  /** Of the folders of another machine only those say something that folders here are called like. */
  #ofAnotherMachine(path: string): Resolved {
    const folder = posix.basename(posix.dirname(path));
    const name = posix.basename(path);
    const found = this.#byItsEnd(path);
    if (found !== undefined) return found;
    for (const names of this.#spellings) {
      const ends = names().calledIn(name, this.root, folder);
      if (ends.length > 0) return this.#one(ends);
    }
    const called = this.hasFolderCalled(folder) ? this.#elsewhere(path) : this.#called(name, inRoot);
    const none = called.found === null && (called.why === 'missing' || called.why === 'test-picture');
    return none ? { found: null, why: 'outside-root' } : called;
  }

  /** A file in the folder whose whole path is the end of a longer one's: the longest such; undefined where there is none. */
  #byItsEnd(path: string): Resolved | undefined {
    let end = afterSlash(path);
    while (end.includes('/') && !this.#loosely().hasFolder(posix.dirname(end))) end = afterSlash(end);
    if (!end.includes('/')) return undefined;
    for (const names of this.#spellings) {
      const found = names().below(inRoot, end);
      if (found.length > 0) return this.#one(found);
    }
    return this.#elsewhere(path);
  }

  /** What is told of a path whose folder lacks its file, where that name alone means this. */
  #elsewhere(path: string): Resolved {
    const called = this.#called(posix.basename(path), inRoot);
    if (called.found !== null) return { found: null, why: 'elsewhere', at: called.found };
    return called.why === 'test-picture' ? { found: null, why: 'missing' } : called;
  }

  /** The only one of several files that a text may mean; what may be trained on goes before test pictures. */
  #one(files: readonly string[]): Resolved {
    const isTest = (path: string): boolean => this.#test !== undefined && path.startsWith(`${this.#test}/`);
    const others = files.filter((path) => !isTest(path));
    const [found, another] = others.length > 0 ? others : files;
    if (another !== undefined) return { found: null, why: 'ambiguous' };
    return isTest(found!) ? { found: null, why: 'test-picture', at: found! } : { found: found! };
  }
}

const afterSlash = (path: string): string => path.slice(path.indexOf('/') + 1);

export function withoutExtension(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1 ? path.slice(0, dot) : path;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
