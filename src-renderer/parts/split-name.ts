/** Longer ends than this would leave nothing of the beginning where room is short. */
const LONGEST_END = 16;

/**
 * A run's name in two, for where room is short: the beginning may be cut, the end may not. What tells runs apart stands at the
 * end (`_lite0 crop 64` of `tf_efficientnet_lite0 crop 64`): resize method, size, and the last part of the architecture's name
 * where that is short enough.
 */
export function splitName(name: string): { start: string; end: string } {
  const space = name.indexOf(' ');
  if (space < 0) return { start: name.slice(0, -8), end: name.slice(-8) };
  const word = name.slice(0, space);
  const part = Math.max(word.lastIndexOf('_'), word.lastIndexOf('-'));
  for (const from of [part > 0 ? part : space, space]) {
    const end = name.slice(from);
    if (end.length <= LONGEST_END) return { start: name.slice(0, from), end };
  }
  return { start: name.slice(0, -LONGEST_END), end: name.slice(-LONGEST_END) };
}
