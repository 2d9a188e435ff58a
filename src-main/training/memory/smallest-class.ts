import type { ImageRecord, Manifest } from '../../../shared/records/dataset.ts';

/** Training pictures of the first target's class that has the fewest, but at least one: quickly decoded, and enough for a probe. */
export function smallestClass({ targets, train }: Pick<Manifest, 'targets' | 'train'>): ImageRecord[] {
  const target = targets[0];
  if (target === undefined) return [...train];
  const filled = target.classes
    .map((label, index) => ({ label, count: target.counts[index] ?? 0 }))
    .filter(({ count }) => count > 0);
  if (filled.length === 0) return [...train];
  const { label } = filled.reduce((a, b) => (b.count < a.count ? b : a));
  return train.filter((record) => record.labels[0] === label);
}
