import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { GranaryError } from '../../shared/errors.ts';
import { type Queue, queueSchema } from '../../shared/records/queue.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { isNewer } from '../files/newer-version.ts';
import { checkThere } from './workspace-there.ts';

/** A queue with nothing in it and an id of its own, which its runs' headers will carry. */
export function newQueue(): Queue {
  return { version: 1, id: `q-${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`, items: [] };
}

/**
 * The workspace's queue as it stands on disk; an empty one where there is none.
 * @param onDamaged what to do with a file that is damaged or cannot be read: a holder puts it aside and is told where, a reader leaves it
 * alone, or refuses to take it for an empty queue
 * @throws GranaryError WORKSPACE_INVALID where a newer version wrote it, or it is refused: nothing is touched then
 */
export function readQueue(
  workspace: string,
  onDamaged: 'leave' | 'refuse' | ((aside: string) => void),
): Queue {
  const path = join(workspace, layout.queue);
  const value = readJson(path);
  if (value === null) return newQueue();
  const parsed = queueSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  if (isNewer(value, 1))
    throw new GranaryError(
      'WORKSPACE_INVALID',
      `The queue of ${workspace} was written by a newer version of Granary.`,
      'Use that version, or another workspace. Nothing was changed in this one.',
    );
  if (onDamaged === 'refuse') throw unreadable(path);
  // The runs are in their folders; a damaged queue must not keep the workspace from opening.
  if (onDamaged !== 'leave') {
    const aside = `${path}.damaged-${Date.now()}`;
    renameSync(path, aside);
    onDamaged(aside);
  }
  return newQueue();
}

function unreadable(path: string): GranaryError {
  return new GranaryError(
    'WORKSPACE_INVALID',
    `The queue's file ${path} is damaged or cannot be read. Nothing was changed.`,
    'The runs are in their folders: see `granary runs`. The app, or `granary queue`, puts such a file aside and begins an empty queue.',
  );
}

/** Null where there is no such file; undefined where it cannot be read or is no JSON. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : undefined;
  }
}

/** @throws GranaryError NO_SPACE when the disk is full: the file is then as it was; WORKSPACE_INVALID when the folder is gone */
export function writeQueue(workspace: string, queue: Queue): void {
  checkThere(workspace);
  try {
    writeJsonAtomic(join(workspace, layout.queue), queue);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new GranaryError(
      'NO_SPACE',
      `The disk of ${workspace} is full: the queue cannot be written. What was there before is unchanged.`,
      'Make room, then start again.',
      { cause: error },
    );
  }
}
