import { GranaryError } from '../../../shared/errors.ts';
import type { MemoryMargin } from '../../../shared/records/memory-plan.ts';

const units: Readonly<Record<string, number>> = { m: 1, g: 1024, t: 1024 ** 2 };

/**
 * Reads an amount of memory: `8GB`, `800 MB`, `7.5GiB`. As everywhere with memory, a GB is 1024 MiB.
 * @param flag what errors call it
 * @returns MiB
 * @throws GranaryError USAGE
 */
export function parseMb(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([mgt])i?b?$/i.exec(text.trim());
  if (match !== null) return Number(match[1]) * units[match[2]!.toLowerCase()]!;
  throw new GranaryError(
    'USAGE',
    `${flag} is "${text}", and an amount of memory was expected.`,
    `For example: ${flag} 8GB`,
  );
}

/**
 * The margin that is kept free: `10%`, `500MB`, or both as `10%,500MB` (the larger one holds).
 * @throws GranaryError USAGE
 */
export function parseMargin(text: string, flag = '--margin'): MemoryMargin {
  const parts = text.split(',').map((part) => part.trim());
  const share = parts.find((part) => part.endsWith('%'));
  const least = parts.find((part) => !part.endsWith('%'));
  const percent = share === undefined ? 0 : Number(share.slice(0, -1));
  if (parts.length > 2 || !(percent >= 0 && percent <= 90))
    throw new GranaryError(
      'USAGE',
      `The margin is "${text}".`,
      `Give a share up to 90%, an amount, or both: ${flag} 10%,500MB`,
    );
  return { share: percent / 100, leastMb: least === undefined ? 0 : parseMb(flag, least) };
}
