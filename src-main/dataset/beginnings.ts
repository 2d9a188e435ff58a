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
 * Resolves all texts of a table. Those paths that lead to a file only once their beginning is left off must all begin alike: in
 * another place there may be other pictures of the same folder and name. Those that do not are told, not taken.
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
  if (begun.every(({ begins }) => begins === begun[0]!.begins) && !begun.some(byNameAlone))
    return rows.map(({ resolved }) => resolved);
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
 * The beginning that holds for a table: none, where a path is found as it stands. Of several the one with the most files, if most of
 * its paths have one; a folder that is not here may find many by chance. Undefined: none can be told from the others.
 */
function keptBeginning(rows: readonly Row[], begun: readonly Row[]): string | undefined {
  const files = new Map<string, number>();
  for (const { begins } of begun) files.set(begins!, (files.get(begins!) ?? 0) + 1);
  if (files.has('')) return '';
  const [first, second] = [...files].sort(([, a], [, b]) => b - a);
  if (first === undefined || second === undefined) return first?.[0];
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

/** Whether nothing but its name speaks for a whole path's file. */
function byNameAlone({ path, begins }: Row): boolean {
  return isWhole(path) && begins === path.slice(0, path.lastIndexOf('/') + 1);
}
