import type { Random } from '../../random.ts';
import { type PlantedTruth, planted } from './plan.ts';

const science = ['Orbit', 'Android', 'Nebula', 'Gravity', 'Starship', 'Quantum', 'Cosmic', 'Robot'];
const romance = ['Garden', 'Letters', 'Été', 'Waltz', 'Café', 'Rosé', 'Señora', 'Promise'];
const between = ['Harbour', 'Winter', 'River', 'Detective', 'Kitchen', 'Mountain', 'Circus', 'Läufer'];
const endings = [
  'Rising',
  'of Dawn',
  'Station',
  'Blues',
  'at Midnight',
  'Protocol',
  'Road',
  'Legacy',
  'Stories',
  'Lost',
];

/**
 * An invented title for each item that tells its planted factors: science fiction or romance in its words, new or old in its year.
 * Some have letters beyond ASCII, as `u.item` has.
 */
export function inventTitles(truth: PlantedTruth, random: Random): { title: string; year: number }[] {
  const factors = planted.factors.length;
  const used = new Map<string, number>();
  return Array.from(truth.itemBias, (_, item) => {
    const taste = truth.itemFactors[item * factors]! / Math.sqrt(planted.factors[0]!);
    const age = truth.itemFactors[item * factors + 1]! / Math.sqrt(planted.factors[1]!);
    const words = taste > 0.6 ? science : taste < -0.6 ? romance : between;
    const year = Math.round(Math.min(1998, Math.max(1922, 1972 + 14 * age)));
    const plain = `${words[random.integer(words.length)]} ${endings[random.integer(endings.length)]}`;
    const times = (used.get(plain) ?? 0) + 1;
    used.set(plain, times);
    return { title: `${plain}${times > 1 ? ` ${times}` : ''} (${year})`, year };
  });
}
