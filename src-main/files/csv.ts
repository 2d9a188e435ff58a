import Papa from 'papaparse';

/**
 * A spreadsheet takes a cell for a formula that begins like this, some also by the wide forms that East Asian keyboards type.
 * Names of files, classes, tags and titles are somebody else's words.
 */
const FORMULA = /^[=+\-@＝＋－＠\p{Cc}]/u;

export type Cell = string | number;

/**
 * Rows as CSV, each ended by a line feed. Numbers are written with all their digits; a cell of text that a spreadsheet would take for
 * a formula begins with an apostrophe, which makes it text there.
 */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '';
  return `${Papa.unparse(rows as Cell[][], { newline: '\n', escapeFormulae: FORMULA })}\n`;
}
