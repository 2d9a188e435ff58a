/** Places of the n largest values, largest first, without those left out; ties go to the lower place. */
export function topN(
  values: ArrayLike<number>,
  n: number,
  leaveOut: ReadonlySet<number> = new Set(),
): number[] {
  const best: number[] = [];
  for (let place = 0; place < values.length; place++) {
    if (leaveOut.has(place) || Number.isNaN(values[place]!)) continue;
    if (best.length === n && values[place]! <= values[best[n - 1]!]!) continue;
    let at = best.length;
    while (at > 0 && values[best[at - 1]!]! < values[place]!) at--;
    best.splice(at, 0, place);
    if (best.length > n) best.pop();
  }
  return best;
}
