import { Random } from '../random.ts';
import { type Disease, diseases } from './diseases.ts';
import { type Variety, varieties } from './varieties.ts';

/** Size of every picture, as in the lesson's photographs. */
export const PICTURE = { width: 480, height: 640 } as const;
/** Test pictures for each training picture. */
export const TEST_SHARE = 0.3;

/** One picture to be drawn. */
export interface PlannedPicture {
  /** File name, unique over training and test. */
  id: string;
  disease: Disease;
  variety: Variety;
  /** Days since sowing. */
  age: number;
}

/**
 * How many pictures each disease gets: its share of `total`, by largest remainders, and two at least, so that every class can be
 * both trained on and judged.
 */
export function classCounts(total: number, shares: readonly number[], atLeast: number): number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  const exact = shares.map((share) => (share / sum) * total);
  const counts = exact.map((value) => Math.max(atLeast, Math.floor(value)));
  const left = (): number => total - counts.reduce((a, b) => a + b, 0);
  const byNeed = exact.map((_, i) => i);
  while (left() > 0) {
    byNeed.sort((a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!) || a - b);
    counts[byNeed[0]!]!++;
  }
  while (left() < 0) counts[counts.indexOf(Math.max(...counts))]!--;
  return counts;
}

/** What is on each picture of a set. The order of ids says nothing about the labels. */
export function planPictures(count: number, firstId: number, random: Random): PlannedPicture[] {
  const counts = classCounts(
    count,
    diseases.map((disease) => disease.share),
    2,
  );
  const labels = random.shuffle(
    diseases.flatMap((disease, i) => new Array<Disease>(counts[i]!).fill(disease)),
  );
  return labels.map((disease, i) => ({
    id: `${firstId + i}.jpg`,
    disease,
    variety: varieties[random.integer(varieties.length)]!,
    age: 45 + random.integer(38),
  }));
}
