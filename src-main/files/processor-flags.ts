import { readFileSync } from 'node:fs';
import type { Precision } from '../../shared/records/precision.ts';

let known: boolean | null | undefined;

/** Whether the processor multiplies bfloat16 by itself (AMX or AVX-512 on x86, BF16 on ARM); null where the system does not tell. */
export function multipliesBfloat16(): boolean | null {
  if (known === undefined) known = readFlags();
  return known;
}

function readFlags(): boolean | null {
  try {
    return bfloat16In(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return null;
  }
}

/**
 * What is said of half precision on a processor that has no instructions for it; null where there is nothing to say.
 * @param onCard a card computes, not the processor
 */
export function slowHalfWarning(
  precision: Precision,
  onCard: boolean,
  multiplies: boolean | null = multipliesBfloat16(),
): string | null {
  if (precision !== 'bfloat16' || onCard || multiplies !== false) return null;
  return 'This processor does not multiply bfloat16 by itself: half precision is likely to be slower here than float32.';
}

/** The same as {@link multipliesBfloat16} from the text of `/proc/cpuinfo`. */
export function bfloat16In(text: string): boolean | null {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1];
  return flags === undefined ? null : /\s(?:amx_bf16|avx512_bf16|bf16)(?:\s|$)/.test(flags);
}
