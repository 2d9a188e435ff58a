/** Least width of a tile, and height of a row with its caption, in CSS pixels. */
const TILE = 128;
export const ROW = 152;
/** Between tiles, around a row's tiles, and between a tile's edge and its picture. */
const GAP = 8;
const EDGE = 3;
/** Height of a picture: what caption and edges leave of a row. */
export const PICTURE = 119;
/** Rows kept ready above and below what is seen. */
const AHEAD = 3;

export interface GridLayout {
  columns: number;
  tileWidth: number;
  /** Of the picture in a tile. */
  pictureWidth: number;
  rows: number;
  rowsInView: number;
  /** Most rows that are drawn at a time. */
  slots: number;
  /** The rows that are drawn: from `firstRow` up to, not including, `lastRow`. */
  firstRow: number;
  lastRow: number;
}

/** Which rows of a grid of equal tiles are drawn. All figures in CSS pixels; `top` is how far it is scrolled. */
export function gridLayout(view: { width: number; height: number; top: number; total: number }): GridLayout {
  const columns = Math.max(1, Math.floor(view.width / TILE));
  const tileWidth = Math.max(2 * EDGE + 1, Math.floor((view.width - 2 * EDGE + GAP) / columns) - GAP);
  const rows = Math.ceil(view.total / columns);
  const inView = Math.ceil(view.height / ROW);
  const first = Math.min(Math.max(0, Math.floor(view.top / ROW) - AHEAD), Math.max(0, rows - 1));
  return {
    columns,
    tileWidth,
    pictureWidth: tileWidth - 2 * EDGE,
    rows,
    rowsInView: Math.max(1, Math.floor(view.height / ROW)),
    slots: inView + 1 + 2 * AHEAD,
    firstRow: first,
    lastRow: view.height === 0 ? first : Math.min(rows, Math.floor(view.top / ROW) + inView + 1 + AHEAD),
  };
}
