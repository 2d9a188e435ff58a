/** What a cut name keeps of its end, where versions and sizes stand: `_lite0`, `_224`. */
const END = 8;

/** A name in two, for where room is short: the beginning may be cut, the end may not. */
export function splitName(name: string): { start: string; end: string } {
  return { start: name.slice(0, -END), end: name.slice(-END) };
}

/**
 * A run's name in two lines: its architecture, and what comes after it (`squish 224`). A name that somebody gave stays in one.
 * @param arch the architecture as its settings have it
 */
export function nameLines(
  name: string,
  arch: string | number | undefined,
): { first: string; second: string } {
  const begins = arch !== undefined && name.startsWith(`${arch} `);
  return begins
    ? { first: String(arch), second: name.slice(String(arch).length + 1) }
    : { first: name, second: '' };
}
