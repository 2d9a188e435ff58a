import { createHash } from 'node:crypto';
import type { ImageRecord, Manifest } from '../../shared/records/dataset.ts';
import { byCodePoint } from './order.ts';

/** Share of a dataset's pictures that no run trains on, so that ensembles can be judged honestly. */
export const HOLDOUT_FRACTION = 0.1;

/** A picture's fixed place in [0, 1), from its id alone. */
function place(id: string): number {
  return createHash('sha256').update(`granary-holdout\n${id}`).digest().readUInt32BE(0) / 0x100000000;
}

/** Whether the hash of this image id falls into the hold-out. Depends on nothing else: not on seed, order or other pictures. */
export function isHoldout(id: string): boolean {
  return place(id) < HOLDOUT_FRACTION;
}

/**
 * Pictures that must stay together on one side of every split: those with identical bytes. Each group is sorted by id, and the
 * groups by their first id.
 */
export function copiesTogether(records: readonly ImageRecord[]): ImageRecord[][] {
  const bySha = new Map<string, ImageRecord[]>();
  for (const record of records) {
    append(bySha, record.sha256, record);
  }
  const groups = [...bySha.values()];
  for (const group of groups) group.sort((a, b) => byCodePoint(a.id, b.id));
  return groups.sort((a, b) => byCodePoint(a[0]!.id, b[0]!.id));
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/**
 * The dataset's hold-out: the same for every run, whatever its seed or targets. Copies follow their first id, so that no copy of
 * a judged picture is trained on; a class that would have nothing left to train on gets its group with the highest hash back.
 */
export function holdoutIds(manifest: Manifest): Set<string> {
  const groups = copiesTogether(manifest.train);
  const held = new Set(groups.filter((group) => isHoldout(group[0]!.id)));
  const free = new Set<string>();
  const heldGroups = new Map<string, ImageRecord[][]>();
  for (const group of groups) {
    const keys = new Set<string>();
    for (const record of group)
      record.labels.forEach((label, t) => {
        if (label !== null) keys.add(`${t}:${label}`);
      });
    for (const key of keys) {
      if (held.has(group)) append(heldGroups, key, group);
      else free.add(key);
    }
  }
  for (const [key, members] of heldGroups) {
    if (free.has(key) || members.some((group) => !held.has(group))) continue;
    held.delete(members.reduce((a, b) => (place(b[0]!.id) > place(a[0]!.id) ? b : a)));
  }
  return new Set([...held].flatMap((group) => group.map((record) => record.id)));
}
