import { setTimeout as sleep } from 'node:timers/promises';
import { Transient, cancelled, unreachable } from './failures.ts';
import type { HubSettings } from './settings.ts';

const ATTEMPTS = 5;
const ATTEMPTS_UNREACHED = 3;

/**
 * Tries again what failed for a moment, each time after a longer wait, or after the one that the server asked for.
 * @param what for the message: the file
 * @param attempt says how far it came; an attempt that came further than the one before begins the count anew
 * @throws GranaryError NO_NETWORK after five attempts in a row that came no further, three where nobody answers; CANCELLED
 */
export async function withRetries<T>(
  what: string,
  settings: Pick<HubSettings, 'backoffMs'>,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
  progress: () => number = () => 0,
): Promise<T> {
  let failures = 0;
  let reached = progress();
  for (;;) {
    if (signal?.aborted === true) throw cancelled();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      failures = progress() > reached ? 1 : failures + 1;
      reached = progress();
      if (failures >= (error.unreached ? ATTEMPTS_UNREACHED : ATTEMPTS))
        throw unreachable(what, `${error.message} (${failures} attempts)`, error);
      const wait = error.waitMs ?? settings.backoffMs * 2 ** (failures - 1);
      await sleep(wait, undefined, signal === undefined ? {} : { signal }).catch(() => {
        throw cancelled();
      });
    }
  }
}
