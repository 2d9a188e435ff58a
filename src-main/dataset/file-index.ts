import { posix } from 'node:path';
import type { FoundFile } from './walk.ts';

/** What a text in a table stands for. It can only ever be a file that was found below the root. */
export type Resolved = { found: string } | { found: null; why: 'missing' | 'outside-root' | 'ambiguous' };

/** Finds files by what tables call them: a path, a file name, or a name without its extension. */
export class FileIndex {
  readonly #root: string;
  readonly #paths = new Set<string>();
  readonly #byPathStem = new Map<string, string[]>();
  readonly #byName = new Map<string, string[]>();
  readonly #byStem = new Map<string, string[]>();

  constructor(root: string, files: readonly FoundFile[]) {
    this.#root = root;
    for (const { path } of files) {
      this.#paths.add(path);
      append(this.#byPathStem, withoutExtension(path), path);
      append(this.#byName, posix.basename(path), path);
      append(this.#byStem, withoutExtension(posix.basename(path)), path);
    }
  }

  /** @param folders where to look first, below the root: the picture folder, its label folders */
  resolve(text: string, folders: readonly string[] = []): Resolved {
    let name = text.replaceAll('\\', '/');
    if (name.startsWith(`${this.#root}/`)) name = name.slice(this.#root.length + 1);
    name = posix.normalize(name);
    if (/^(\/|[a-z]:\/)/i.test(name) || name === '..' || name.startsWith('../'))
      return { found: null, why: 'outside-root' };
    if (text === '') return { found: null, why: 'missing' };

    for (const folder of ['', ...folders]) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (this.#paths.has(path)) return { found: path };
      const stems = this.#byPathStem.get(path);
      if (stems?.length === 1) return { found: stems[0]! };
    }
    const candidates = this.#byName.get(posix.basename(name)) ?? this.#byStem.get(posix.basename(name)) ?? [];
    if (candidates.length === 1) return { found: candidates[0]! };
    return { found: null, why: candidates.length === 0 ? 'missing' : 'ambiguous' };
  }
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
