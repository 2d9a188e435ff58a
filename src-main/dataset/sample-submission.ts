import { join, posix } from 'node:path';
import type { Manifest } from '../../shared/records/dataset.ts';
import { resolveAll } from './beginnings.ts';
import { type CsvTable, columnValues, readCsvTable } from './csv-table.ts';
import { FileIndex, withoutExtension } from './file-index.ts';
import { isTable, topFiles } from './layout.ts';
import type { Problems } from './problems.ts';
import type { Entry } from './reading.ts';
import { namesFiles, whyNone } from './resolved.ts';
import type { FoundFile } from './walk.ts';

const submissionName = /(sample.*submission|submission.*(sample|format|template|example)|^submission)/i;

export function isSubmissionFile(file: FoundFile): boolean {
  return isTable(file) && submissionName.test(posix.basename(file.path));
}

/** The root's sample submission as a table, and its path below the root; undefined where there is none. */
export async function readSubmissionTable(
  root: string,
  files: readonly FoundFile[],
): Promise<{ table: CsvTable; path: string } | undefined> {
  const file = topFiles(files).find(isSubmissionFile);
  if (file === undefined) return undefined;
  const table = await readCsvTable(join(root, file.path));
  return table.columns.length < 2 ? undefined : { table, path: file.path };
}

/** How a dataset calls its pictures when no table says it: by path, by file name, or by file name without extension. */
export type Naming = 'path' | 'name' | 'stem';

/** The naming that most of these entries follow. */
export function namingOf(entries: readonly Entry[]): Naming {
  const count = (named: (path: string) => string): number =>
    entries.filter((entry) => entry.id === named(entry.path)).length;
  const names = count(posix.basename);
  const stems = count((path) => withoutExtension(posix.basename(path)));
  if (Math.max(names, stems) * 2 <= entries.length) return 'path';
  return names >= stems ? 'name' : 'stem';
}

/**
 * Gives each test picture its id, the submission's word for it where there is one, and reports rows without a picture.
 * @param candidates files that may be test pictures
 * @param wholeFolder true: every candidate is a test picture; false: only those that the submission names
 */
export function readTest(
  root: string,
  candidates: readonly FoundFile[],
  wholeFolder: boolean,
  submission: { table: CsvTable; path: string } | undefined,
  naming: Naming,
  problems: Problems,
): { test: Entry[]; sampleSubmission?: NonNullable<Manifest['sampleSubmission']> } {
  const ids = new Map<string, string>();
  let sampleSubmission: NonNullable<Manifest['sampleSubmission']> | undefined;
  if (submission !== undefined) {
    const index = new FileIndex(root, candidates);
    const { table } = submission;
    const share = (column: string): number =>
      columnValues(table, column).filter((text) => text !== '' && namesFiles(index.resolve(text))).length;
    const idColumn = table.columns.reduce((best, column) => (share(column) > share(best) ? column : best));
    const values = columnValues(table, idColumn);
    resolveAll(index, values).forEach((resolved, r) => {
      const text = values[r]!;
      if (resolved.found === null) {
        const about = [`in ${submission.path}`, whyNone(resolved)].filter((part) => part !== undefined);
        problems.add('row-without-file', 'warning', text, about.join('; '));
      } else ids.set(resolved.found, text);
    });
    sampleSubmission = {
      path: submission.path,
      idColumn,
      targetColumns: table.columns.filter((column) => column !== idColumn),
      ids: values,
    };
  }
  const files = wholeFolder ? candidates : candidates.filter((file) => ids.has(file.path));
  const test = files.map(({ path }) => ({ id: ids.get(path) ?? call(path, naming), path, labels: [] }));
  // Two folders of test pictures may use the same names; then only paths tell them apart.
  const unique = new Set(test.map((entry) => entry.id)).size === test.length;
  return {
    test: unique ? test : test.map((e) => ({ ...e, id: ids.get(e.path) ?? e.path })),
    sampleSubmission,
  };
}

function call(path: string, naming: Naming): string {
  if (naming === 'path') return path;
  const name = posix.basename(path);
  return naming === 'name' ? name : withoutExtension(name);
}
