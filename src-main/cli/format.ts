import type { MemoryPlan } from '../../shared/records/memory-plan.ts';
import { type Precision, precisionNote } from '../../shared/records/precision.ts';

/** `0:43`, `4:10`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** `12.3%`, or a dash where there is no figure. */
export function formatRate(rate: number | null | undefined): string {
  return rate == null ? '–' : `${(rate * 100).toFixed(1)}%`;
}

/** Six decimals as fastai prints losses; `digits` for narrower places. */
export function formatLoss(loss: number | null | undefined, digits = 4): string {
  return loss == null ? '–' : loss.toFixed(digits);
}

export { formatBytes } from '../../shared/format-bytes.ts';

/** A text from files or people for a terminal: control characters, which could tear a line or command the terminal, as �. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD');
}

/** How a run's batch is cut, for a column `micro-batch × accum`: `32 × 2 checkpointing, bfloat16`. */
export function howOf(
  { microBatch, accum, checkpointing }: Pick<MemoryPlan, 'microBatch' | 'accum' | 'checkpointing'>,
  precision: Precision,
): string {
  return `${microBatch} × ${accum}${checkpointing ? ' checkpointing' : ''}${precisionNote(precision)}`;
}

/**
 * Columns under their headings, numbers to the right, the first column and those named in `left` to the left.
 * Returns lines without a trailing line break.
 */
export function formatTable(
  headings: readonly string[],
  texts: readonly (readonly string[])[],
  left: readonly string[] = [],
): string[] {
  const rows = texts.map((row) => row.map(printable));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 || left.includes(headings[column]!)
          ? cell.padEnd(widths[column]!)
          : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)];
}

/** A bar of `width` characters. @param share 0 to 1 */
export function formatBar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '━'.repeat(full) + '╌'.repeat(width - full);
}

/** A word as a shell takes it: in quotes where it has blanks or anything else that a shell reads. */
export function shellWord(text: string): string {
  return /^[\w./~@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
