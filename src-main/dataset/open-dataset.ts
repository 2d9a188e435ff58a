import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { DatasetOptions } from '../../shared/records/dataset.ts';
import { guessImageColumn } from './columns.ts';
import { type CsvTable, readCsvTable } from './csv-table.ts';
import { FileIndex } from './file-index.ts';
import { below, isPicture, isTable, knownFolders, topFiles, wrappers } from './layout.ts';
import { formatOfName } from './file-format.ts';
import type { Problems } from './problems.ts';
import { readCsv } from './read-csv.ts';
import { readFolder } from './read-folder.ts';
import type { Entry, Reading } from './reading.ts';
import { namesFiles } from './resolved.ts';
import { isSubmissionFile, namingOf, readSubmissionTable, readTest } from './sample-submission.ts';
import { type FoundFile, type Walk, forwardSlashes, walk } from './walk.ts';

/** A dataset whose files are known and whose tables are read, before any picture is opened. */
export interface OpenDataset {
  /** Real, absolute path. */
  root: string;
  files: FoundFile[];
  reading: Reading;
}

/** Where a dataset lies: its folder, and the table when the user gave one. @throws GranaryError */
async function locate(path: string): Promise<{ root: string; table?: string }> {
  const real = await realpath(resolve(path)).catch(() => {
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      `There is nothing at ${path}.`,
      'Give the path of a folder or of a CSV file. If it was moved, or its disk is away, bring it back and try again.',
    );
  });
  if ((await stat(real)).isDirectory()) return { root: real };
  if (/\.(csv|tsv)$/i.test(real)) return { root: dirname(real), table: basename(real) };
  if (isArchive(real)) {
    throw new GranaryError(
      'DATASET_UNSUPPORTED',
      `${path} is an archive of a kind that is not read.`,
      'Unpack it, and give the folder that comes out. Only zip files are unpacked here.',
    );
  }
  throw new GranaryError(
    'DATASET_UNSUPPORTED',
    formatOfName(real) === undefined
      ? `${path} is neither a folder nor a CSV file.`
      : `${path} is a single picture.`,
    'Give a folder with one folder of pictures for each label, or a CSV file that lies beside its pictures.',
  );
}

const isArchive = (path: string): boolean => /\.(zip|tar|tgz|tar\.gz|gz|7z|rar|xz|zst)$/i.test(path);

/** A folder that the user named, as a path below the root. @throws GranaryError DATASET_NOT_FOUND */
function namedFolder(root: string, folder: string, files: readonly FoundFile[]): string {
  const path = forwardSlashes(isAbsolute(folder) ? relative(root, folder) : folder).replace(
    /^\.\/|\/+$/g,
    '',
  );
  if (path.startsWith('..') || isAbsolute(path) || below(files, path).length === 0) {
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      `There are no files in the folder ${folder} of ${root}.`,
      'Name a folder that lies below the dataset.',
    );
  }
  return path;
}

/**
 * The table to train from: the one that the user gave, else the first in the root whose columns name pictures. Tables called train
 * or labels come first; one called test or submission never is.
 */
async function trainingTable(files: readonly FoundFile[], index: FileIndex): Promise<CsvTable | undefined> {
  const rank = (file: FoundFile): number => {
    const place = [/^train/i, /label/i, /meta|data|image/i].findIndex((name) => name.test(file.path));
    return place < 0 ? 3 : place;
  };
  const tables = topFiles(files)
    .filter((file) => isTable(file) && !isSubmissionFile(file) && !/^test/i.test(file.path))
    .sort((a, b) => rank(a) - rank(b));
  for (const file of tables) {
    const meant = rank(file) === 0;
    const table = await readTable(join(index.root, file.path), index).catch((error: unknown) => {
      // A stray file that is called .csv must not stand in the way of folders that are fine.
      if (meant) throw error;
      return undefined;
    });
    if (
      table !== undefined &&
      table.columns.length > 1 &&
      (meant || guessImageColumn(table, index) !== undefined)
    )
      return table;
  }
  return undefined;
}

/** A table whose first row may be one like the others: where that names a picture. */
async function readTable(path: string, index: FileIndex): Promise<CsvTable> {
  const namesAPicture = (text: string): boolean =>
    formatOfName(text) !== undefined && namesFiles(index.resolve(text));
  return readCsvTable(path, (cells) => cells.some(namesAPicture));
}

/** A folder without labels may have a table that was meant to give them: then its error says why that one was not taken. */
function unusedTables(error: unknown, files: readonly FoundFile[]): unknown {
  if (!(error instanceof GranaryError) || error.code !== 'DATASET_NO_LABELS') return error;
  const named = (which: (file: FoundFile) => boolean): string =>
    files
      .filter(which)
      .map(({ path }) => path)
      .join(', ');
  const tables = named((file) => isTable(file) && !isSubmissionFile(file));
  const sheets = named(({ path }) => /\.(xlsx?|ods|numbers)$/i.test(path));
  const hints = [
    ...(tables === ''
      ? []
      : [`${tables} gives none: it has one column only, or none that names these pictures.`]),
    ...(sheets === '' ? [] : [`Save ${sheets} as CSV to have it read.`]),
  ];
  if (hints.length === 0) return error;
  return new GranaryError(error.code, error.message, [...hints, error.fix].join(' '));
}

/**
 * Finds out how a dataset is laid out and reads it: a CSV and its pictures, or a folder per label; test pictures; sample submission.
 * @throws GranaryError DATASET_*, CANCELLED
 */
export async function openDataset(
  path: string,
  options: DatasetOptions,
  problems: Problems,
  hooks: { onFile?: (count: number) => void; signal?: AbortSignal } = {},
): Promise<OpenDataset> {
  const place = await locate(path);
  const found = await walk(place.root, hooks);
  const inner = place.table === undefined ? wrappers(found) : '';
  const { root, files, folders } = goInto(place.root, inner, found);
  for (const link of found.outside) problems.add('outside-root', 'error', link);
  for (const { path: name, why } of found.unreadable) problems.add('unreadable', 'error', name, why);
  if (!files.some(isPicture)) {
    const archives = files.filter((file) => isArchive(file.path)).map((file) => file.path);
    throw new GranaryError(
      'DATASET_EMPTY',
      `There are no pictures in ${path}.`,
      archives.length === 0
        ? 'Pictures are files such as .jpg, .png, .webp, .gif, .tif or .avif, in folders named after their label or beside a CSV file.'
        : `It holds ${archives.slice(0, 3).join(', ')}${archives.length > 3 ? ' …' : ''}: unpack that, and give the folder that comes out.`,
    );
  }

  const test =
    options.testDir === undefined
      ? knownFolders(files).test
      : options.testDir === null
        ? undefined
        : namedFolder(root, options.testDir, files);
  const train = options.imagesDir === undefined ? undefined : namedFolder(root, options.imagesDir, files);
  const named = files.filter((file) => !isTable(file));
  const candidates = named.filter((file) => test === undefined || !file.path.startsWith(`${test}/`));
  const index = new FileIndex(root, named, test);
  const table =
    place.table === undefined
      ? await trainingTable(files, index)
      : await readTable(join(root, place.table), index);
  const submission = await readSubmissionTable(root, files);

  let reading: Reading;
  if (table === undefined) {
    try {
      reading = readFolder(root, { files, folders }, problems, { train, test: test ?? null });
    } catch (error) {
      throw unusedTables(error, topFiles(files));
    }
  } else {
    const asked = submission?.table.columns ?? [];
    reading = readCsv(index, table, candidates, { ...options, picturesBelow: train }, asked, problems);
    if (table.headerless === true)
      reading.notes.push(
        `${basename(table.path)} has no row of column names: its first row names a picture.`,
      );
  }
  const trained = new Set(reading.train.map((entry) => entry.path));
  const testFiles = test !== undefined ? below(files, test) : options.testDir === null ? [] : candidates;
  const naming = namingOf(reading.train);
  Object.assign(
    reading,
    readTest(
      root,
      testFiles.filter((file) => isPicture(file) && !trained.has(file.path)),
      test !== undefined,
      submission,
      naming,
      problems,
    ),
  );
  if (reading.listed !== undefined) reportUnlisted(candidates, reading.listed, reading.test, problems);
  // An id must mean one picture. The submission's words cannot change, so the training pictures go by their paths.
  const testIds = new Set(reading.test.map((entry) => entry.id));
  if (reading.train.some((entry) => testIds.has(entry.id))) {
    reading.train = reading.train.map((entry) => ({ ...entry, id: entry.path }));
    reading.notes.push(
      'Test pictures have the same names as training pictures, so training pictures go by their paths.',
    );
  }
  if (inner !== '') reading.notes.unshift(`The dataset begins in ${inner.slice(0, -1)}/.`);
  return { root, files, reading };
}

/** Pictures that no table names, in those folders that a table does use; other folders are none of its business. */
function reportUnlisted(
  files: readonly FoundFile[],
  listed: ReadonlySet<string>,
  test: readonly Entry[],
  problems: Problems,
): void {
  const topFolder = (path: string): string => path.slice(0, Math.max(0, path.indexOf('/')));
  const used = new Set([...listed].map(topFolder));
  const known = new Set([...listed, ...test.map((entry) => entry.path)]);
  for (const file of files)
    if (isPicture(file) && !known.has(file.path) && used.has(topFolder(file.path)))
      problems.add('file-without-row', 'error', file.path, undefined, file.path);
}

function goInto(
  root: string,
  inner: string,
  { files, folders }: Walk,
): { root: string; files: FoundFile[]; folders: string[] } {
  if (inner === '') return { root, files, folders };
  const below = files.filter((file) => file.path.startsWith(inner));
  return {
    root: join(root, inner.slice(0, -1)),
    files: below.map((file) => ({ ...file, path: file.path.slice(inner.length) })),
    folders: folders.filter((path) => path.startsWith(inner)).map((path) => path.slice(inner.length)),
  };
}
