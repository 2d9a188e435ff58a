import { readFile } from 'node:fs/promises';
import { GranaryError } from '../../shared/errors.ts';
import { type ImageRecord, type Manifest, splitSchema } from '../../shared/records/dataset.ts';
import { copiesTogether, holdoutIds } from './holdout.ts';
import { byCodePoint } from './order.ts';
import { Random } from './random.ts';

export { HOLDOUT_FRACTION, holdoutIds, isHoldout } from './holdout.ts';

/** Image ids, each list sorted by code point. The three lists share no picture, not even as a copy under another id. */
export interface Split {
  train: string[];
  valid: string[];
  /** Empty when the run keeps no hold-out. */
  holdout: string[];
}

/** Places of the named targets in the manifest's targets. @throws GranaryError DATASET_BAD_COLUMNS */
export function targetIndices(manifest: Manifest, targets: string | readonly string[]): number[] {
  return (typeof targets === 'string' ? [targets] : targets).map((name) => {
    const index = manifest.targets.findIndex((target) => target.name === name);
    if (index >= 0) return index;
    throw new GranaryError(
      'DATASET_BAD_COLUMNS',
      `The dataset has no target "${name}".`,
      `Its targets are: ${manifest.targets.map((target) => target.name).join(', ')}.`,
    );
  });
}

/**
 * Draws a run's own split (the lesson's bagging): `validFraction` of the pictures that are labelled in one of `targets` and not held
 * out. It is not stratified, but each class keeps at least one picture in train as long as it has one that is not held out.
 * @throws GranaryError SPLIT_INVALID when fewer than two pictures can be split, DATASET_BAD_COLUMNS
 */
export function drawSplit(
  manifest: Manifest,
  targets: string | readonly string[],
  options: { seed: number; validFraction: number; holdout: boolean },
): Split {
  const indices = targetIndices(manifest, targets);
  const held = options.holdout ? holdoutIds(manifest) : new Set<string>();
  const labelled = manifest.train.filter((record) => indices.some((t) => record.labels[t] != null));
  const groups = copiesTogether(labelled.filter((record) => !held.has(record.id)));
  if (groups.length < 2) {
    throw new GranaryError(
      'SPLIT_INVALID',
      `Only ${groups.length} different labelled picture${groups.length === 1 ? ' is' : 's are'} left to split into training and validation; at least 2 are needed.`,
      options.holdout
        ? 'Add pictures, or use --no-holdout so that none are kept apart.'
        : 'Add labelled pictures.',
    );
  }
  const wanted = Math.max(1, Math.round(options.validFraction * groups.flat().length));
  new Random(options.seed).fork('split').shuffle(groups);
  const left = classMembers(groups, indices);
  const train: ImageRecord[] = [];
  const valid: ImageRecord[] = [];
  groups.forEach((group, i) => {
    const keys = classKeys(group, indices);
    const lastOfItsClass = [...keys].some((key) => left.get(key) === 1);
    const lastOfAll = i === groups.length - 1 && train.length === 0;
    if (valid.length < wanted && !lastOfItsClass && !lastOfAll) {
      valid.push(...group);
      for (const key of keys) left.set(key, left.get(key)! - 1);
    } else train.push(...group);
  });
  // Every class has a single picture: one must judge all the same.
  if (valid.length === 0) {
    const group = groups[0]!;
    valid.push(...group);
    train.splice(0, group.length);
  }
  return { train: ids(train), valid: ids(valid), holdout: ids(labelled.filter((r) => held.has(r.id))) };
}

/** `target:class` for each class that a group of copies shows. */
function classKeys(group: readonly ImageRecord[], indices: readonly number[]): Set<string> {
  const keys = new Set<string>();
  for (const record of group)
    for (const t of indices) if (record.labels[t] != null) keys.add(`${t}:${record.labels[t]}`);
  return keys;
}

/** How many groups could still train each class. */
function classMembers(groups: readonly ImageRecord[][], indices: readonly number[]): Map<string, number> {
  const left = new Map<string, number>();
  for (const group of groups)
    for (const key of classKeys(group, indices)) left.set(key, (left.get(key) ?? 0) + 1);
  return left;
}

function ids(records: readonly ImageRecord[]): string[] {
  return records.map((record) => record.id).sort(byCodePoint);
}

/** A split from a file, and what had to be taken out of it, in sentences for the user. */
export interface FileSplit extends Split {
  notes: string[];
}

/**
 * Reads `{"train":[ids],"valid":[ids]}`. Ids are image ids; the path below the dataset's root is understood too. Pictures that the
 * checks left out, that have no label in `targets`, or that are held out are taken out and counted in `notes`.
 * @throws GranaryError SPLIT_INVALID for a file that cannot be read, ids that the dataset does not have, and ids listed twice
 */
export async function readSplitFile(
  path: string,
  manifest: Manifest,
  options: { holdout: boolean; targets?: readonly string[] },
): Promise<FileSplit> {
  const invalid = (what: string): GranaryError =>
    new GranaryError(
      'SPLIT_INVALID',
      `${path}: ${what}`,
      'A split file is JSON: {"train":["id", …],"valid":["id", …]}, with ids that `granary inspect --json` lists.',
    );
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw invalid(`cannot be read (${error.message}).`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw invalid(`is not JSON (${(error as Error).message}).`);
  }
  const parsed = splitSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw invalid(`does not fit: ${issue.path.join('.') || 'top level'}: ${issue.message}.`);
  }

  const records = new Map(manifest.train.map((record) => [record.path, record]));
  for (const record of manifest.train) records.set(record.id, record);
  const leftOut = new Set(manifest.problems.filter((p) => p.severity === 'error').flatMap((p) => p.ids));
  const seen = new Map<string, 'train' | 'valid'>();
  const lists = { train: [] as ImageRecord[], valid: [] as ImageRecord[] };
  const unknown: string[] = [];
  let bad = 0;
  for (const set of ['train', 'valid'] as const) {
    for (const id of parsed.data[set]) {
      const record = records.get(id);
      if (record === undefined) {
        if (leftOut.has(id)) bad++;
        else unknown.push(id);
        continue;
      }
      const before = seen.get(record.id);
      if (before !== undefined) {
        throw invalid(`lists "${id}" ${before === set ? `twice in ${set}` : 'in train and in valid'}.`);
      }
      seen.set(record.id, set);
      lists[set].push(record);
    }
  }
  if (unknown.length > 0) {
    throw invalid(
      `names ${unknown.length} picture${unknown.length === 1 ? '' : 's'} that the dataset does not have, such as "${unknown[0]}".`,
    );
  }

  const notes: string[] = [];
  const note = (count: number, what: string): void => {
    if (count > 0) notes.push(`${count} of the split file's pictures ${what}`);
  };
  note(bad, 'did not pass the checks and are left out.');
  const keep = (name: string, test: (record: ImageRecord) => boolean): void => {
    const before = lists.train.length + lists.valid.length;
    lists.train = lists.train.filter(test);
    lists.valid = lists.valid.filter(test);
    note(before - lists.train.length - lists.valid.length, name);
  };
  const indices = targetIndices(manifest, options.targets ?? manifest.targets.map((target) => target.name));
  const labelled = (record: ImageRecord): boolean => indices.some((t) => record.labels[t] != null);
  keep('have no label and are left out.', labelled);
  const held = options.holdout ? holdoutIds(manifest) : new Set<string>();
  keep(
    "belong to the dataset's hold-out and are neither trained nor validated on. Use --no-holdout to keep them.",
    (record) => !held.has(record.id),
  );
  if (lists.train.length === 0 || lists.valid.length === 0) {
    throw invalid(
      `leaves no usable picture in ${lists.train.length === 0 ? 'train' : 'valid'}. ${notes.join(' ')}`.trim(),
    );
  }
  const holdout = ids(manifest.train.filter((record) => held.has(record.id) && labelled(record)));
  return { train: ids(lists.train), valid: ids(lists.valid), holdout, notes };
}
