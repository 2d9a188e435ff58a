import type { ImageRecord, Manifest } from '../../../shared/records/dataset.ts';

/** A manifest in memory, for tests of what works on manifests alone. Each row: id, labels, and optionally the file's hash. */
export function manifestOf(
  rows: readonly (readonly [id: string, labels: readonly (string | null)[], sha?: string])[],
  targets: readonly string[] = ['label'],
): Manifest {
  const train: ImageRecord[] = rows.map(([id, labels, sha], i) => ({
    id,
    path: `images/${id}`,
    labels: [...labels],
    width: 4,
    height: 4,
    bytes: 100,
    sha256: (sha ?? `file${i}`).padEnd(64, '-'),
  }));
  return {
    version: 1,
    kind: 'image',
    name: 'test',
    root: '/nowhere',
    format: 'csv',
    hash: '0'.repeat(64),
    targets: targets.map((name, t) => {
      const labels = train.flatMap((record) => record.labels[t] ?? []);
      const classes = [...new Set(labels)].sort();
      return {
        name,
        kind: 'category',
        classes,
        counts: classes.map((c) => labels.filter((l) => l === c).length),
      };
    }),
    train,
    test: [],
    problems: [],
    sizes: [],
    stats: { filesSeen: rows.length, usable: rows.length, leftOut: 0, seconds: 0, imagesPerSecond: 0 },
  };
}
