import type { RunColor } from '../../shared/records/run-notes.ts';

/** A run's colour as charts take it: a token of styles/tokens.css, or #rrggbb. */
export function runColorToken(color: RunColor): string {
  return typeof color === 'number' ? `--run-${color}` : color;
}

/** A colour of a chart as CSS writes it. */
export function cssColor(color: string): string {
  return color.startsWith('--') ? `var(${color})` : color;
}
