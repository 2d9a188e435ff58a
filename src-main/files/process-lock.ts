import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { makeFolder } from './make-folder.ts';
import { identityOf, livenessOf, processIdentitySchema } from './process-identity.ts';

/** A lock file's content: who holds it. */
const lockFileSchema = processIdentitySchema.extend({
  version: z.literal(1),
  token: z.string(),
  /** What the process is, in the user's words: the command, or the app. */
  command: z.string(),
  since: z.string(),
});
export type LockHolder = z.infer<typeof lockFileSchema>;

const HEARTBEAT_MS = 10_000;
/** A holder on another machine or in another container is only known by its heartbeat: gone after six were missed. */
const FOREIGN_STALE_MS = 60_000;
const ATTEMPTS = 20;

/**
 * A file that one process holds. When that process has died, however it died, the next one takes it over at once, because a
 * pid with its start time tells a dead holder from a living one.
 */
export class ProcessLock {
  /** Of this process, by token. */
  static readonly #ours = new Map<string, ProcessLock>();

  readonly #path: string;
  readonly #token: string;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
    ProcessLock.#ours.set(token, this);
    this.#heartbeat = setInterval(() => {
      if (this.held) utimesSync(this.#path, new Date(), new Date());
    }, HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /**
   * Takes the lock, or says who has it; null when many processes want it at once and none of them got it.
   * @param command what others are told holds it
   * @throws the file system's error where the folder cannot be written
   */
  static acquire(path: string, command: string): ProcessLock | LockHolder | null {
    const token = randomUUID();
    const mine: LockHolder = {
      version: 1,
      ...identityOf()!,
      token,
      command,
      since: new Date().toISOString(),
    };
    const prepared = `${path}.${token}`;
    makeFolder(dirname(path));
    writeFileSync(prepared, JSON.stringify(mine, null, 2));
    try {
      // Linking a finished file is atomic: nobody ever sees a lock that is half written.
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        if (tryLink(prepared, path)) return new ProcessLock(path, token);
        const holder = readLock(path);
        if (holder !== null && !ProcessLock.#movedWith(holder) && isAlive(holder, path)) return holder;
        removeStale(path, holder?.token ?? null);
      }
      return null;
    } finally {
      rmSync(prepared, { force: true });
    }
  }

  /** Whether this process still has it: false once someone deleted the file or took it over. */
  get held(): boolean {
    return readLock(this.#path)?.token === this.#token;
  }

  release(): void {
    clearInterval(this.#heartbeat);
    ProcessLock.#ours.delete(this.#token);
    if (this.held) rmSync(this.#path, { force: true });
  }

  /** Whether a lock was taken by this process at another place, and came here with its folder: nobody holds it here. */
  static #movedWith(holder: LockHolder): boolean {
    const ours = ProcessLock.#ours.get(holder.token);
    return ours !== undefined && !ours.held;
  }
}

/** Who holds a lock file now; null when nobody does. */
export function holderOf(path: string): LockHolder | null {
  const holder = readLock(path);
  return holder !== null && isAlive(holder, path) ? holder : null;
}

function isAlive(holder: LockHolder, path: string): boolean {
  const liveness = livenessOf(holder);
  if (liveness !== 'elsewhere') return liveness === 'alive';
  try {
    return Date.now() - statSync(path).mtimeMs < FOREIGN_STALE_MS;
  } catch {
    return false;
  }
}

/** Null when there is no lock, or one that nobody could have written (it was damaged: then nobody holds it). */
function readLock(path: string): LockHolder | null {
  try {
    return lockFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    // Some network and FAT file systems have no links: an exclusive create is the next best thing.
    try {
      writeFileSync(to, readFileSync(from), { flag: 'wx' });
      return true;
    } catch (second) {
      if ((second as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw second;
    }
  }
}

/**
 * Takes a dead holder's file away. Between reading and renaming another process may have taken the lock over: what was
 * renamed is looked at again, and put back when it is not the dead holder's.
 */
function removeStale(path: string, deadToken: string | null): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if ((readLock(aside)?.token ?? null) !== deadToken) tryLink(aside, path);
  rmSync(aside, { force: true });
}
