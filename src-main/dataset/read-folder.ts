import { GranaryError } from '../../shared/errors.ts';
import { below, isPicture, knownFolders, topFolders } from './layout.ts';
import type { Problems } from './problems.ts';
import type { Entry, Reading } from './reading.ts';
import type { FoundFile } from './walk.ts';

/**
 * Reads a folder per label. Folders below a label belong to it. `train/`, `valid/` and `test/` on top are understood; pictures of
 * `valid/` join the training ones, because every run draws its own validation pictures.
 * @param folders where the user says that the pictures are; undefined: guess; test null: there are no test pictures
 * @throws GranaryError DATASET_NO_LABELS
 */
export function readFolder(
  root: string,
  files: readonly FoundFile[],
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
  const labels = new Set(entries.map((entry) => entry.labels[0]));
  if (labels.size < 2) throw noLabels(root, pictures, [...labels][0] ?? null);
  return {
    format: 'folder',
    targets: ['label'],
    train: entries,
    test: test === undefined ? [] : below(pictures, test).map(({ path }) => ({ id: path, path, labels: [] })),
    notes,
  };
}

function inside(files: readonly FoundFile[], folder: string): FoundFile[] {
  return below(files, folder).map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }));
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function noLabels(root: string, pictures: readonly FoundFile[], only: string | null): GranaryError {
  const many = `${pictures.length} picture${pictures.length === 1 ? '' : 's'}`;
  return new GranaryError(
    'DATASET_NO_LABELS',
    only === null
      ? `${root} has ${many} but no labels.`
      : `${root} has ${many}, all in the one folder "${only}", so there are no labels to tell apart.`,
    'Put the pictures of each class into a folder with its name, or put a CSV beside them with one column of file names and one of labels, and give the folder that holds all of it.',
  );
}
