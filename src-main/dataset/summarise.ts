import { createHash } from 'node:crypto';
import type { ImageRecord, Manifest, TargetSpec } from '../../shared/records/dataset.ts';
import { byCodePoint } from './order.ts';

/** Classes of a target and how many pictures each has. `t`: its place in the records' labels. */
export function targetSpec(name: string, t: number, train: readonly ImageRecord[]): TargetSpec {
  const counts = new Map<string, number>();
  for (const record of train) {
    const label = record.labels[t];
    if (label != null) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const classes = [...counts.keys()].sort(byCodePoint);
  return { name, kind: 'category', classes, counts: classes.map((label) => counts.get(label)!) };
}

/** Sizes of all pictures, most frequent first. */
export function countSizes(records: readonly ImageRecord[]): Manifest['sizes'] {
  const counts = new Map<string, Manifest['sizes'][number]>();
  for (const { width, height } of records) {
    const entry = counts.get(`${width}x${height}`) ?? { width, height, count: 0 };
    entry.count++;
    counts.set(`${width}x${height}`, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.width - b.width || a.height - b.height);
}

/** The same pictures, labels and targets give the same hash, wherever they lie and in whatever order they were found. */
export function datasetHash(
  targets: readonly string[],
  train: readonly ImageRecord[],
  test: readonly ImageRecord[],
): string {
  const hash = createHash('sha256').update(JSON.stringify(targets));
  for (const [set, records] of [
    ['train', train],
    ['test', test],
  ] as const) {
    for (const { id, sha256, labels } of [...records].sort((a, b) => byCodePoint(a.id, b.id)))
      hash.update(`\n${JSON.stringify([set, id, sha256, labels])}`);
  }
  return hash.digest('hex');
}
