import { nearestNames } from '../../../shared/architectures/nearest.ts';
import { GranaryError } from '../../../shared/errors.ts';
import type { MemoryDevice } from '../../../shared/records/memory-plan.ts';
import type { Precision } from '../../../shared/records/precision.ts';

/**
 * Cards that people have at home, with what a program finds free in MiB: the total that the driver reports, which is some
 * percent less than the box says, less 500 MiB for a desktop. (Totals: as nvidia-smi prints them for these models.)
 */
const cards: Readonly<Record<string, number>> = {
  'GTX 1060 6GB': 6144,
  'GTX 1070 8GB': 8192,
  'GTX 1080 Ti 11GB': 11_264,
  'RTX 2060 6GB': 6144,
  'RTX 2070 8GB': 8192,
  'RTX 2080 Ti 11GB': 11_264,
  'RTX 3050 8GB': 8192,
  'RTX 3060 12GB': 12_288,
  'RTX 3060 Ti 8GB': 8192,
  'RTX 3070 8GB': 8192,
  'RTX 3080 10GB': 10_240,
  'RTX 3090 24GB': 24_576,
  'RTX 4060 8GB': 8188,
  'RTX 4060 Ti 16GB': 16_380,
  'RTX 4070 12GB': 12_282,
  'RTX 4080 16GB': 16_376,
  'RTX 4090 24GB': 24_564,
  'RTX 5060 Ti 16GB': 16_311,
  'RTX 5070 12GB': 12_227,
  'RTX 5080 16GB': 16_303,
  'RTX 5090 32GB': 32_607,
};

const DESKTOP_MB = 500;

export const knownCards: readonly string[] = Object.keys(cards);

/**
 * A card that this machine need not have.
 * @param name such as `RTX 3060 12GB`; case and blanks do not matter, nor does NVIDIA's own prefix
 * @throws GranaryError USAGE naming the nearest
 */
export function cardByName(name: string): MemoryDevice {
  const plain = (text: string): string => text.toLowerCase().replace(/nvidia|geforce|[^a-z0-9]/g, '');
  const matches = knownCards.filter((known) => plain(known).startsWith(plain(name)));
  const found =
    knownCards.find((known) => plain(known) === plain(name)) ??
    (matches.length === 1 ? matches[0] : undefined);
  if (found !== undefined) {
    const totalMb = cards[found]!;
    return { kind: 'card', name: found, totalMb, freeMb: totalMb - DESKTOP_MB };
  }
  const near = matches.length > 1 ? matches : nearestNames(name, [...knownCards]);
  throw new GranaryError(
    'USAGE',
    matches.length > 1
      ? `"${name}" may be ${matches.join(' or ')}.`
      : `No card "${name}" is known. Did you mean ${near.join(' or ')}?`,
    `Known are ${knownCards.join(', ')}. For any other give its memory: --memory 12GB.`,
  );
}

/** What is said of half precision on a card of the table that is older than the RTX 30: those have no bfloat16. Null: nothing. */
export function slowHalfCard(precision: Precision, card: string): string | null {
  if (precision !== 'bfloat16' || !/^(?:GTX|RTX 20)/.test(card)) return null;
  return `The ${card} does not multiply bfloat16 by itself: half precision is likely to be slower there than float32.`;
}
