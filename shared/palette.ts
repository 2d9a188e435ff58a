/**
 * Okabe and Ito's colours ("Color Universal Design", 2008), which people with each kind of colour blindness can tell apart;
 * black is replaced by grey so that it reads on dark ground. One run keeps one colour everywhere.
 */
export const runColors = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  '#8A8A8A',
  '#B8A800',
] as const;

/** The colour of the n-th run (from 0); more runs than colours begin again. */
export function runColor(index: number): string {
  return runColors[index % runColors.length]!;
}
