import { readFileSync } from 'node:fs';

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

/** The same from the text of `/proc/cpuinfo`. */
export function bfloat16In(text: string): boolean | null {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1];
  return flags === undefined ? null : /\s(?:amx_bf16|avx512_bf16|bf16)(?:\s|$)/.test(flags);
}
