import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { refusalInWords } from '../../shared/system-refusal.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { type LockHolder, ProcessLock, holderOf } from '../files/process-lock.ts';

export type { LockHolder } from '../files/process-lock.ts';

/** The right to schedule runs in a workspace: `workspace/scheduler.lock`. One process has it. */
export class WorkspaceLock {
  readonly #lock: ProcessLock;

  private constructor(lock: ProcessLock) {
    this.#lock = lock;
  }

  /**
   * Takes the lock.
   * @param command what others are told holds it
   * @throws GranaryError WORKSPACE_LOCKED, saying who holds it; WORKSPACE_INVALID when the folder cannot be written
   */
  static acquire(workspace: string, command: string): WorkspaceLock {
    let got: ProcessLock | LockHolder | null;
    try {
      got = ProcessLock.acquire(join(workspace, layout.lock), command);
    } catch (error) {
      throw new GranaryError(
        'WORKSPACE_INVALID',
        `The workspace ${workspace} cannot be written: ${refusalInWords(error as Error)}.`,
        'Make room or change its permissions, or choose another folder (on the command line: --workspace or GRANARY_WORKSPACE).',
        { cause: error },
      );
    }
    if (got instanceof ProcessLock) return new WorkspaceLock(got);
    if (got !== null) throw lockedBy(workspace, got);
    throw new GranaryError('WORKSPACE_LOCKED', `Many processes want ${workspace} at once.`, 'Try again.');
  }

  /** Whether this process still has it: false once someone deleted the file or took it over. */
  get held(): boolean {
    return this.#lock.held;
  }

  release(): void {
    this.#lock.release();
  }
}

/** Who holds a workspace now; null when nobody does. */
export function lockHolder(workspace: string): LockHolder | null {
  return holderOf(join(workspace, layout.lock));
}

/** One line about a holder: `granary queue (process 4711, since 2026-11-23 21:15)`. */
export function describeHolder(holder: LockHolder): string {
  const since = holder.since.slice(0, 16).replace('T', ' ');
  return `${holder.command} (process ${holder.pid}, since ${since} UTC)`;
}

function lockedBy(workspace: string, holder: LockHolder): GranaryError {
  return new GranaryError(
    'WORKSPACE_LOCKED',
    `${describeHolder(holder)} has the workspace ${workspace} open.`,
    'Wait until it is done, close it, or use another workspace with --workspace.',
  );
}
