import { GranaryError } from '../../shared/errors.ts';

/** What a user can do when weights cannot be fetched; ends every such error. */
export const WITHOUT_HUB =
  'Or go on without: --weights FILE takes a safetensors or PyTorch file, --weights RUN a finished run, and --weights none trains from scratch.';

/** An attempt that failed and may work in a moment. */
export class Transient extends Error {
  /** What the server asked for; null where it did not. */
  readonly waitMs: number | null;
  /** Nobody was reached at all, which seldom changes while one waits. */
  readonly unreached: boolean;

  constructor(
    message: string,
    {
      waitMs = null,
      unreached = false,
      cause,
    }: { waitMs?: number | null; unreached?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause } as ErrorOptions);
    this.waitMs = waitMs;
    this.unreached = unreached;
  }
}

/** The hub cannot be reached, or does not get to the end of its answer. */
export function unreachable(what: string, why: string, cause?: unknown): GranaryError {
  return new GranaryError(
    'NO_NETWORK',
    `${what} could not be fetched: ${why}.`,
    `Check the connection, and HF_ENDPOINT and HTTPS_PROXY where you use a mirror or a proxy, then try again: what has arrived is kept. ${WITHOUT_HUB}`,
    { cause },
  );
}

/** The hub has another file than it says. */
export function notAsStated(what: string, how: string): GranaryError {
  return new GranaryError(
    'HASH_MISMATCH',
    `${what} is not what the hub says it is: ${how}. It was deleted.`,
    `Something between you and the hub hands out another file: do not use it. Try again, or another HF_ENDPOINT. ${WITHOUT_HUB}`,
  );
}

export function cancelled(): GranaryError {
  return new GranaryError('CANCELLED', 'Fetching the pretrained weights was cancelled.');
}

/** A full disk, in the user's words; any other error as it is. */
export function diskFailure(error: unknown, what: string, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new GranaryError(
    'NO_SPACE',
    `The disk is full: ${what} could not be written to ${folder}.`,
    'Make room and try again: what has arrived is kept. Or set GRANARY_CACHE to a folder on another disk.',
    { cause: error },
  );
}
