import { readFileSync } from 'node:fs';
import { GranaryError } from '../../shared/errors.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/**
 * The limit that GRANARY_WORKER_MEMORY sets on each worker, in bytes (`6GB`, `800MB`, or a number of bytes); undefined where
 * it is not set.
 * @throws GranaryError USAGE
 */
export function memoryLimit(text = process.env['GRANARY_WORKER_MEMORY']): number | undefined {
  if (text === undefined || text === '') return undefined;
  const parts = /^(\d+(?:\.\d+)?)\s*([kmg]?)i?b?$/i.exec(text.trim());
  if (parts !== null) return Math.round(Number(parts[1]) * UNITS[parts[2]!.toLowerCase()]!);
  throw new GranaryError(
    'USAGE',
    `GRANARY_WORKER_MEMORY is "${text}", and an amount of memory was expected.`,
    'For example: GRANARY_WORKER_MEMORY=6GB',
  );
}

/** The limit on data that this process was started under (`ulimit -d`, `prlimit`) and that its workers inherit, in bytes. */
export function inheritedLimit(): number | undefined {
  try {
    const limit = /^Max data size\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/**
 * How Node is started under a limit on its data (RLIMIT_DATA: heap, anonymous maps and stacks, not what is only reserved).
 * util-linux's `prlimit` sets it and becomes Node, so the process id stays. No limit, or not Linux: Node itself.
 */
export function limited(node: string, bytes: number | undefined): { execPath: string; execArgv: string[] } {
  return bytes === undefined || process.platform !== 'linux'
    ? { execPath: node, execArgv: [] }
    : { execPath: 'prlimit', execArgv: [`--data=${bytes}`, node] };
}
