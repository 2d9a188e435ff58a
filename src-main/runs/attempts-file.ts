import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attempt, attemptsSchema } from '../../shared/records/attempts.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';

/** A run's attempts so far; none where the file is missing or cannot be read, for a record of the past must not stop a run. */
export function readAttempts(runFolder: string): Attempt[] {
  try {
    return attemptsSchema.parse(JSON.parse(readFileSync(join(runFolder, layout.run.attempts), 'utf8')))
      .attempts;
  } catch {
    return [];
  }
}

/** Replaces the last attempt of that number or appends it. Does nothing where the run has no folder (it never began). */
export function writeAttempt(runFolder: string, attempt: Attempt): void {
  if (!existsSync(runFolder)) return;
  const attempts = [...readAttempts(runFolder).filter(({ number }) => number !== attempt.number), attempt];
  writeJsonAtomic(join(runFolder, layout.run.attempts), { version: 1, attempts });
}
