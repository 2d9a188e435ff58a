/** Values without repetition, in the order in which they first come. */
export function distinct<T>(values: Iterable<T>): T[] {
  return [...new Set(values)];
}

export function byId<T extends { id: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** A set with a value more, or with it taken out when it was there. */
export function toggled<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  const other = new Set(set);
  if (!other.delete(value)) other.add(value);
  return other;
}

export function setOf<T>(values: Iterable<T> = []): ReadonlySet<T> {
  return new Set(values);
}
