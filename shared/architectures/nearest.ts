/** Levenshtein's distance: the fewest single-character insertions, deletions and substitutions from one text to another. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** The names that a person who typed `wanted` most likely meant, best first. */
export function nearestNames(wanted: string, names: readonly string[], count = 3): string[] {
  const typed = wanted.toLowerCase();
  return names
    .map((name) => ({
      name,
      // A name that contains what was typed (`efficientnet_lite0`, `convnext`) beats one that is merely spelt alike.
      distance: name.includes(typed) ? (name.length - typed.length) / 100 : editDistance(typed, name),
    }))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}
