import { GranaryError } from '../../shared/errors.ts';
import { below, isPicture, knownFolders, namesASet, topFolders } from './layout.ts';
import type { Problems } from './problems.ts';
import type { Entry, Reading } from './reading.ts';
import type { FoundFile, Walk } from './walk.ts';

/**
 * Reads a folder per label. Folders below a label belong to it. `train/`, `valid/` and `test/` on top are understood; pictures of
 * `valid/` join the training ones, because every run draws its own validation pictures.
 * @param folders where the user says that the pictures are; undefined: guess; test null: there are no test pictures
 * @throws GranaryError DATASET_NO_LABELS
 */
export function readFolder(
  root: string,
  { files, folders: allFolders }: Pick<Walk, 'files' | 'folders'>,
  problems: Problems,
  folders: { train?: string; test?: string | null } = {},
): Reading {
  const pictures = files.filter(isPicture);
  const known = knownFolders(files);
  const notes: string[] = [];
  const test = folders.test === undefined ? known.test : (folders.test ?? undefined);
  const train = folders.train ?? known.train;

  const bases: string[] = [];
  if (train !== undefined && topFolders(inside(pictures, train)).length > 0) {
    bases.push(train);
    if (folders.train === undefined && known.valid !== undefined) {
      bases.push(known.valid);
      notes.push(
        `${known.valid}/ is read together with ${train}/: every run draws its own validation pictures.`,
      );
    }
  } else bases.push('');

  const entries: Entry[] = [];
  for (const base of bases) {
    const scope = below(pictures, base).filter((file) => test === undefined || !isBelow(file.path, test));
    const skip = base === '' ? 0 : base.length + 1;
    for (const { path } of scope) {
      const slash = path.indexOf('/', skip);
      if (slash < 0) problems.add('missing-label', 'error', path, 'in no label folder', path);
      else entries.push({ id: path, path, labels: [path.slice(skip, slash)] });
    }
  }
  // A single folder of pictures is a folder of pictures, whatever its name: nothing in it can be told apart.
  const labels = new Set(entries.map((entry) => entry.labels[0]!));
  const empty = emptyFolders(allFolders, bases, test, labels);
  if (labels.size < 2) throw noLabels(root, pictures, [...labels][0] ?? null, empty);
  for (const path of empty) {
    const others = below(files, path).length;
    problems.add(
      'empty-folder',
      'warning',
      path,
      others === 0 ? 'empty' : `no picture among its files: ${others}`,
    );
  }
  return {
    format: 'folder',
    targets: ['label'],
    train: entries,
    test: test === undefined ? [] : below(pictures, test).map(({ path }) => ({ id: path, path, labels: [] })),
    notes,
  };
}

/** Folders that stand where those of the classes do, and have no picture: what was meant as a class is none. */
function emptyFolders(
  folders: readonly string[],
  bases: readonly string[],
  test: string | undefined,
  labels: ReadonlySet<string>,
): string[] {
  return bases.flatMap((base) =>
    folders.filter((path) => {
      const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      const name = path.slice(path.lastIndexOf('/') + 1);
      const isSet = path === test || (base === '' && namesASet(name));
      return above === base && !isSet && !labels.has(name);
    }),
  );
}

function inside(files: readonly FoundFile[], folder: string): FoundFile[] {
  return below(files, folder).map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }));
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function noLabels(
  root: string,
  pictures: readonly FoundFile[],
  only: string | null,
  empty: readonly string[],
): GranaryError {
  const without =
    empty.length === 0
      ? ''
      : ` ${empty.length} other folder${empty.length === 1 ? '' : 's'} without a picture: ${empty.slice(0, 3).join(', ')}${empty.length > 3 ? ' …' : ''}.`;
  const many = `${pictures.length} picture${pictures.length === 1 ? '' : 's'}`;
  return new GranaryError(
    'DATASET_NO_LABELS',
    only === null
      ? `${root} has ${many} but no labels.`
      : `${root} has ${many}, all in the one folder "${only}", so there are no labels to tell apart.${without}`,
    'Put the pictures of each class into a folder with its name, or put a CSV beside them with one column of file names and one of labels, and give the folder that holds all of it.',
  );
}
