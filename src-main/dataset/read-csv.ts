import { GranaryError } from '../../shared/errors.ts';
import type { DatasetOptions } from '../../shared/records/dataset.ts';
import { columnCalledImage, decideRoles, describeColumns, guessImageColumn } from './columns.ts';
import type { CsvTable } from './csv-table.ts';
import { resolveAll } from './beginnings.ts';
import type { FileIndex, Level } from './file-index.ts';
import { rankedFolders } from './layout.ts';
import type { Problems } from './problems.ts';
import type { Entry, Reading } from './reading.ts';
import { whyNone } from './resolved.ts';
import type { FoundFile } from './walk.ts';

/**
 * Reads a table with an image column and one or more target columns, such as Paddy Doctor's `image_id,label,variety,age` beside
 * `train_images/<label>/<image_id>`. Pictures are found by path, by name below the picture folder or its label folders, or by a
 * bare name that only one file has, with or without extension.
 * @param index of all files
 * @param files candidates for training pictures: everything but the test folder
 * @param asked target columns of the sample submission
 * @throws GranaryError DATASET_BAD_COLUMNS, DATASET_EMPTY
 */
export function readCsv(
  index: FileIndex,
  table: CsvTable,
  files: readonly FoundFile[],
  options: DatasetOptions & { picturesBelow?: string },
  asked: readonly string[],
  problems: Problems,
): Reading {
  const guessed = options.imageColumn === undefined ? guessImageColumn(table, index) : undefined;
  const called = columnCalledImage(table);
  if (options.imageColumn === undefined && guessed === undefined && called !== undefined) {
    const example = table.rows[0]![table.columns.indexOf(called)]!;
    throw new GranaryError(
      'DATASET_EMPTY',
      `${table.path} names pictures such as "${example}", but they are not in ${index.root}.`,
      'Give the folder that holds both the table and the pictures.',
    );
  }
  const roles = decideRoles(table, options, guessed, asked);
  const imageCell = table.columns.indexOf(roles.image);
  const targetCells = roles.targets.map((name) => table.columns.indexOf(name));
  const named = options.picturesBelow;
  const ranks = named === undefined ? [[''], ...rankedFolders(files)] : [[named], ['']];

  const given = targetCells.map((cell) => new Set(table.rows.map((row) => row[cell]!).filter(Boolean)));
  const byPath = new Map<string, Entry>();
  const conflicts = new Map<Entry, (string | null)[][]>();
  const labelsOf = (row: readonly string[]): (string | null)[] =>
    targetCells.map((cell) => row[cell]! || null);
  const levelsOf = (r: number): Level[] => {
    const folders = labelsOf(table.rows[r]!);
    return ranks.map((bases) => bases.map((base) => [base, ...folders.map((label) => join(base, label))]));
  };
  const texts = table.rows.map((row) => row[imageCell]!);
  const meant = resolveAll(index, texts, levelsOf);
  table.rows.forEach((row, r) => {
    const text = row[imageCell]!;
    const labels = labelsOf(row);
    const resolved = meant[r]!;
    if (resolved.found === null) {
      if (resolved.why === 'outside-root') problems.add('outside-root', 'error', text);
      else {
        const row = text || `row ${r + (table.headerless ? 1 : 2)}`;
        problems.add('row-without-file', 'warning', row, text ? whyNone(resolved) : 'no name');
      }
      return;
    }
    const before = byPath.get(resolved.found);
    if (before === undefined) byPath.set(resolved.found, { id: text, path: resolved.found, labels });
    else if (!agree(before, labels)) conflicts.set(before, [...(conflicts.get(before) ?? []), labels]);
    else problems.add('duplicate-row', 'warning', before.id, undefined, before.path);
  });
  for (const [entry, others] of conflicts) settle(entry, others, roles.targets, problems);

  const train = [...byPath.values()].filter((entry) => {
    if (entry.labels.some((label) => label !== null)) return true;
    if (!conflicts.has(entry)) problems.add('missing-label', 'error', entry.id, undefined, entry.path);
    return false;
  });
  for (const entry of train)
    if (entry.labels.includes(null) && !conflicts.has(entry))
      problems.add('label-missing-in-part', 'warning', entry.id, undefined, entry.path);

  return {
    format: 'csv',
    targets: roles.targets,
    columns: describeColumns(table, roles),
    given,
    train: uniqueIds(train),
    test: [],
    listed: new Set(byPath.keys()),
    notes: [],
  };
}

function agree(entry: Entry, labels: readonly (string | null)[]): boolean {
  return labels.every((label, t) => label === entry.labels[t]);
}

/** Rows that say different things about one picture: what only one of them knows is taken, what they dispute is no label. */
function settle(
  entry: Entry,
  others: readonly (readonly (string | null)[])[],
  targets: readonly string[],
  problems: Problems,
): void {
  const disputes: string[] = [];
  entry.labels = entry.labels.map((label, t) => {
    const said = [...new Set([label, ...others.map((labels) => labels[t]!)])].filter((text) => text !== null);
    if (said.length > 1) disputes.push(`${targets[t]}: ${said.join(', ')}`);
    return said.length === 1 ? said[0]! : null;
  });
  if (disputes.length === 0) return problems.add('duplicate-row', 'warning', entry.id, undefined, entry.path);
  const severity = entry.labels.every((label) => label === null) ? 'error' : 'warning';
  problems.add('conflicting-labels', severity, entry.id, disputes.join('; '), entry.path);
}

/** Ids are the table's own words; where they name several pictures (the same name in several folders), paths are. */
function uniqueIds(entries: Entry[]): Entry[] {
  const unique = new Set(entries.map((entry) => entry.id)).size === entries.length;
  return unique ? entries : entries.map((entry) => ({ ...entry, id: entry.path }));
}

function join(base: string, label: string | null): string {
  return label === null ? base : base === '' ? label : `${base}/${label}`;
}
