import { type FileIndex, type Level, isWhole, loosely } from './file-index.ts';
import type { Resolved } from './resolved.ts';

interface Row {
  /** As the table writes it, in one way of spelling. */
  path: string;
  resolved: Resolved;
  /** What the path has before those folders that its file's has too, such as `zip/`; undefined without a file or a folder. */
  begins?: string;
}

/**
 * Resolves all texts of a table. Where paths lead to files only once their beginnings are left off, and these differ, there may be other
 * pictures of the same folder and name in another place: once something speaks for that, only one beginning is kept to, and the paths
 * that begin otherwise are told, not taken.
 * @param levelsOf where to look for the text of this number, as {@link FileIndex.resolve} takes it
 */
export function resolveAll(
  index: FileIndex,
  texts: readonly string[],
  levelsOf?: (number: number) => readonly Level[],
): Resolved[] {
  const rows = texts.map((text, i): Row => {
    const resolved = index.resolve(text, levelsOf?.(i));
    const path = loosely(index.pathOf(text));
    if (resolved.found === null || !path.includes('/')) return { path, resolved };
    return { path, resolved, begins: beginning(path, loosely(`${index.root}/${resolved.found}`)) };
  });
  const begun = rows.filter((row) => row.begins !== undefined);
  if (!mixedUp(rows, begun)) return rows.map(({ resolved }) => resolved);
  const folderIsHere = rows.some(
    ({ path }) => isWhole(path) && index.hasFolderCalled(path.split('/').at(-2)!),
  );
  const kept = keptBeginning(
    rows,
    begun.filter((row) => !folderIsHere || !byNameAlone(row)),
  );
  return rows.map(({ resolved, begins }) =>
    begins === undefined || begins === kept || resolved.found === null
      ? resolved
      : { found: null, why: 'elsewhere', at: resolved.found },
  );
}

/**
 * Whether something speaks for folders of one table that are not here: most paths are found as they stand and others not so, a file
 * that two paths mean, a folder of which at least half of the files are missing, or a file that is taken by its name alone out of a
 * folder that another path states.
 */
function mixedUp(rows: readonly Row[], begun: readonly Row[]): boolean {
  if (begun.every(({ begins }) => begins === begun[0]!.begins) && !begun.some(byNameAlone)) return false;
  const asItStands = begun.filter(({ begins }) => begins === '').length;
  if (2 * asItStands >= begun.length) return true;
  const meanings = new Map<string, string>();
  const folders = new Map<string, { found: number; all: number }>();
  for (const { path, resolved } of rows) {
    if (!path.includes('/')) continue;
    const folder = folders.get(folderOf(path)) ?? { found: 0, all: 0 };
    folders.set(folderOf(path), folder);
    folder.all++;
    if (resolved.found === null) continue;
    folder.found++;
    if ((meanings.get(resolved.found) ?? path) !== path) return true;
    meanings.set(resolved.found, path);
  }
  if ([...folders.values()].some(({ found, all }) => found > 0 && 2 * found <= all)) return true;
  const stated = new Set([...folders.keys()].map(lastOf));
  return begun.some((row) => byNameAlone(row) && stated.has(lastOf(loosely(folderOf(row.resolved.found!)))));
}

/**
 * The beginning that holds for a table: the one with the most files, if most of its paths have one; a folder that is not here may find
 * many by chance. Paths that are found as they stand need not be most of all. Undefined: none can be told from the others.
 */
function keptBeginning(rows: readonly Row[], begun: readonly Row[]): string | undefined {
  const files = new Map<string, number>();
  for (const { begins } of begun) files.set(begins!, (files.get(begins!) ?? 0) + 1);
  // None left off goes first among equals.
  const [first, second] = [...files].sort(([a, most], [b, more]) => more - most || a.length - b.length);
  if (first === undefined || second === undefined || first[0] === '') return first?.[0];
  const paths = rows.filter(({ path }) => path.startsWith(first[0])).length;
  return first[1] > second[1] && 2 * first[1] > paths ? first[0] : undefined;
}

function beginning(path: string, file: string): string {
  const stated = path.split('/').slice(0, -1);
  const real = file.split('/').slice(0, -1);
  while (stated.length > 0 && stated.at(-1) === real.at(-1)) {
    stated.pop();
    real.pop();
  }
  return stated.map((folder) => `${folder}/`).join('');
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const lastOf = (folder: string): string => folder.slice(folder.lastIndexOf('/') + 1);

/** Whether nothing but its name speaks for a whole path's file. */
function byNameAlone({ path, begins }: Row): boolean {
  return isWhole(path) && begins === path.slice(0, path.lastIndexOf('/') + 1);
}
