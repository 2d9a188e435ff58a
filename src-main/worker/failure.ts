import { GranaryError, toErrorPayload } from '../../shared/errors.ts';
import { memoryLine, outOfMemory, tellsOfMemory } from '../../shared/out-of-memory.ts';
import { hasConfig, writeResult } from '../runs/run-writer.ts';

/**
 * Gives what a job failed with its code where the system or TensorFlow says that something ran out: memory
 * (WORKER_OUT_OF_MEMORY) or the disk (NO_SPACE). All else is returned as it is.
 */
export function workerFailure(error: unknown): unknown {
  if (error instanceof GranaryError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(error as NodeJS.ErrnoException);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENOMEM' || tellsOfMemory(message)) return outOfMemory(memoryLine(message), error);
  return error;
}

function noSpace(error: NodeJS.ErrnoException): GranaryError {
  const where = error.path === undefined ? '' : ` while ${error.path} was written`;
  return new GranaryError(
    'NO_SPACE',
    `The disk is full (${error.code})${where}. What was there before is unchanged.`,
    'Make room, then train the run again with `granary queue --resume`.',
    { cause: error },
  );
}

/** Writes why a run ended into its folder, unless that was taken away. */
export function recordInFolder(folder: string, error: unknown): void {
  if (!hasConfig(folder)) return;
  const payload = toErrorPayload(error);
  try {
    writeResult(folder, {
      version: 1,
      status: payload.code === 'CANCELLED' ? 'cancelled' : 'failed',
      error: payload,
      finished: new Date().toISOString(),
    });
  } catch {
    // A full disk, most likely. What is told over the channel is the first error, not this one.
  }
}
