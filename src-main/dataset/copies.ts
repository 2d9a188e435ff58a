import type { Copy, ImageRecord } from '../../shared/records/dataset.ts';
import { copiesTogether } from './holdout.ts';
import type { Problems } from './problems.ts';

/**
 * Reports exact copies. Where copies have different labels nobody knows which is right: that target's label is taken away from all
 * of them, and a picture with no label left is left out.
 * @param targets names of the targets, in the order of the records' labels
 * @returns the training pictures that are kept
 */
export function resolveCopies(
  train: readonly ImageRecord[],
  test: readonly ImageRecord[],
  targets: readonly string[],
  problems: Problems,
): ImageRecord[] {
  const kept: ImageRecord[] = [];
  for (const group of copiesTogether(train)) {
    const conflicts = targets.flatMap((_, t) => {
      const labels = new Set(group.flatMap((record) => record.labels[t] ?? []));
      return labels.size > 1 ? [t] : [];
    });
    const usableCopies: ImageRecord[] = [];
    for (const record of group) {
      const labels = record.labels.map((label, t) => (conflicts.includes(t) ? null : label));
      const usable = labels.some((label) => label !== null);
      if (usable) usableCopies.push({ ...record, labels });
      for (const t of conflicts) {
        const others = [...new Set(group.flatMap((copy) => copy.labels[t] ?? []))].join(', ');
        problems.add(
          'conflicting-labels',
          usable ? 'warning' : 'error',
          record.id,
          `${targets[t]}: ${others}`,
          record.path,
        );
      }
    }
    const [first, ...copies] = usableCopies;
    for (const copy of copies)
      problems.add('exact-duplicate', 'warning', copy.id, `as ${first!.id}`, copy.path);
    kept.push(...usableCopies);
  }
  const trained = new Map(train.map((record) => [record.sha256, record.id]));
  for (const record of test) {
    const original = trained.get(record.sha256);
    if (original !== undefined)
      problems.add('copy-in-test', 'warning', record.id, `as ${original}`, record.path);
  }
  return kept;
}

/** Groups kept in a manifest; a problem counts them all. */
const MAX_GROUPS = 1000;

/**
 * Training and test pictures with the same bytes, for people to look at side by side.
 * @param kept takes the labels of the targets that remain
 */
export function copyGroups(
  train: readonly ImageRecord[],
  test: readonly ImageRecord[],
  kept: (labels: (string | null)[]) => (string | null)[],
): Copy[][] {
  const tests = new Set(test);
  return copiesTogether([...train, ...test])
    .filter((group) => group.length > 1)
    .slice(0, MAX_GROUPS)
    .map((group) =>
      group.map((record): Copy => {
        const { id, path, labels } = record;
        return tests.has(record)
          ? { id, path, set: 'test', labels: [] }
          : { id, path, set: 'train', labels: kept(labels) };
      }),
    );
}
