/** How wide a text is drawn, in pixels. */
export type Ruler = (text: string) => number;

let context: CanvasRenderingContext2D | null = null;

/** A ruler for texts in a font, as CSS writes it: `600 11px "Inter"`. */
export function rulerOf(font: string): Ruler {
  const known = new Map<string, number>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    context ??= document.createElement('canvas').getContext('2d');
    if (context === null) return 7 * text.length;
    context.font = font;
    const { width } = context.measureText(text);
    known.set(text, width);
    return width;
  };
}

/**
 * A text that is no wider than there is room: where it is too long its middle is left out, as names that begin alike (of architectures)
 * are told apart by their ends.
 */
export function shortened(text: string, room: number, ruler: Ruler): string {
  if (ruler(text) <= room) return text;
  const cut = (kept: number): string => {
    const start = Math.floor(kept / 2);
    return `${text.slice(0, start)}…${text.slice(text.length - (kept - start))}`;
  };
  // By halves: to measure a text takes long. Fewer letters are never wider.
  let [fits, wide] = [1, text.length];
  while (wide - fits > 1) {
    const kept = (fits + wide) >> 1;
    if (ruler(cut(kept)) <= room) fits = kept;
    else wide = kept;
  }
  return fits === 1 ? '…' : cut(fits);
}

/** A title in one line or, at a space or after a point, in two, each no wider than there is room. */
export function inLines(title: string, room: number, ruler: Ruler): string[] {
  if (ruler(title) <= room) return [title];
  const ends = [...title.matchAll(/ |\.(?=.)/g)].map(({ index, 0: mark }) => index + (mark === '.' ? 1 : 0));
  if (ends.length === 0) return [shortened(title, room, ruler)];
  const pairs = ends.map((end) => [title.slice(0, end), title.slice(end).trimStart()]);
  const width = (pair: string[]): number => Math.max(...pair.map(ruler));
  const best = pairs.reduce((a, b) => (width(b) < width(a) ? b : a));
  return best.map((line) => shortened(line, room, ruler));
}
