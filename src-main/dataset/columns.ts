import { GranaryError } from '../../shared/errors.ts';
import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import { type CsvTable, columnValues } from './csv-table.ts';
import type { FileIndex } from './file-index.ts';
import { namesFiles } from './resolved.ts';

/** What each column of a training table is for. */
export interface ColumnRoles {
  image: string;
  /** The main target first. */
  targets: string[];
}

const imageNames = /^(image|img|picture|photo|file|path|id$)|(image|img|file)[_ -]?(id|name|path)?s?$/i;
const targetNames =
  /^(label|class|target|category|diagnosis|disease|species|breed|y)(es|s|ies|[_ -]?(name|id))?$/i;
/** More distinct texts than this are descriptions, not classes. */
const MAX_GUESSED_CLASSES = 1000;
/** Rows looked at to find the column that names files. */
const ROWS_TRIED = 200;

/**
 * The column whose texts name files. Where several do (numbers are easily names too), the one with more different values, then
 * the one with a telling name.
 */
export function guessImageColumn(table: CsvTable, index: FileIndex): string | undefined {
  const step = Math.max(1, Math.floor(table.rows.length / ROWS_TRIED));
  const tried = table.rows.filter((_, i) => i % step === 0);
  const scores = table.columns.map((name, c) => {
    const cells = tried.map((row) => row[c]!);
    const named = cells.filter((cell) => cell !== '' && namesFiles(index.resolve(cell))).length;
    return { name, share: named / tried.length, distinct: new Set(cells).size / tried.length };
  });
  // Many pictures may be missing; then the column's name has to speak for it.
  const good = scores.filter(({ name, share }) => share > (imageNames.test(name) ? 0 : 0.5));
  good.sort(
    (a, b) =>
      Math.round(10 * b.distinct) - Math.round(10 * a.distinct) ||
      Number(imageNames.test(b.name)) - Number(imageNames.test(a.name)) ||
      b.share - a.share,
  );
  return good[0]?.name;
}

/** A column that is called like one that names pictures, for the message when no file fits. */
export function columnCalledImage(table: CsvTable): string | undefined {
  return table.columns.find((name) => imageNames.test(name));
}

/**
 * Columns to predict: those that the sample submission asks for, then those that are called so, then all others that hold a limited
 * number of repeated texts. Numbers are left to the user, for an age is no class.
 */
export function guessTargets(table: CsvTable, image: string, asked: readonly string[]): string[] {
  const others = table.columns.filter((name) => name !== image);
  const classLike = others.filter((name) => {
    const values = columnValues(table, name).filter((value) => value !== '');
    const distinct = new Set(values).size;
    return distinct >= 2 && distinct <= Math.min(MAX_GUESSED_CLASSES, Math.max(2, values.length / 2));
  });
  const texts = classLike.filter((name) =>
    columnValues(table, name).some((value) => Number.isNaN(Number(value))),
  );
  const ordered = [
    ...asked.filter((name) => others.includes(name)),
    ...others.filter((name) => targetNames.test(name)),
    ...texts,
  ];
  const guessed = [...new Set(ordered)];
  return guessed.length > 0 ? guessed : classLike.length === 1 ? classLike : [];
}

/** Roles by guess and by the user's word. @throws GranaryError DATASET_BAD_COLUMNS, whose details are the columns' names */
export function decideRoles(
  table: CsvTable,
  options: DatasetOptions,
  guessedImage: string | undefined,
  asked: readonly string[],
): ColumnRoles {
  const undecided = (message: string, fix: string): GranaryError =>
    new GranaryError('DATASET_BAD_COLUMNS', message, fix, { details: table.columns });
  for (const name of [options.imageColumn ?? [], options.targetColumns ?? []].flat()) {
    if (!table.columns.includes(name))
      throw undecided(`There is no column "${name}".`, `These are the columns of ${table.path}.`);
  }
  const image = options.imageColumn ?? guessedImage;
  if (image === undefined) {
    throw undecided(
      `No column of ${table.path} names pictures that are there.`,
      'Check that the pictures’ folder lies beside the table, or say which of these columns names them (--image-column).',
    );
  }
  const targets = options.targetColumns ?? guessTargets(table, image, asked);
  if (targets.length === 0 || targets.includes(image)) {
    throw undecided(
      options.targetColumns?.length === 0
        ? `No column of ${table.path} is to be predicted.`
        : `No column of ${table.path} looks like a label.`,
      'Say which of these columns is to be predicted (--target-column).',
    );
  }
  return { image, targets: [...new Set(targets)] };
}

/** What the user sees of each column. */
export function describeColumns(table: CsvTable, roles: ColumnRoles): NonNullable<Manifest['columns']> {
  return table.columns.map((name) => {
    const values = columnValues(table, name);
    const distinct = new Set(values.filter((value) => value !== ''));
    return {
      name,
      role: name === roles.image ? 'image' : roles.targets.includes(name) ? 'target' : 'ignore',
      distinct: distinct.size,
      examples: [...distinct].slice(0, 5),
    };
  });
}
