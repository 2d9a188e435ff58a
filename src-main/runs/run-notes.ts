import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import {
  type RunNotes,
  type RunNotesPatch,
  emptyNotes,
  runNotesPatchSchema,
  runNotesSchema,
} from '../../shared/records/run-notes.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { runFolder } from './run-writer.ts';

/** `notes.json` as text to notes; what cannot be read counts as none: a damaged note must not hide a run. */
export function parseNotes(text: string | null | undefined): RunNotes {
  if (text == null) return emptyNotes;
  try {
    return runNotesSchema.parse(JSON.parse(text));
  } catch {
    return emptyNotes;
  }
}

/**
 * Changes what people say of a run. Needs no lock: nothing of it concerns training, and the file is replaced as a whole. A file
 * that cannot be read is put aside first.
 * @returns the notes as they were and as they are
 * @throws GranaryError RUN_NOT_FOUND, USAGE when a tag or name is not one
 */
export function changeNotes(
  workspace: string,
  runId: string,
  patch: RunNotesPatch,
): { before: RunNotes; after: RunNotes } {
  const parsed = runNotesPatchSchema.safeParse(patch);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new GranaryError('USAGE', `That cannot be noted: ${issue?.message ?? 'it is not as expected'}.`);
  }
  const folder = runFolder(workspace, runId);
  if (!existsSync(folder))
    throw new GranaryError(
      'RUN_NOT_FOUND',
      `There is no run "${runId}" in ${workspace}.`,
      'List them with `granary runs`.',
    );
  const path = join(folder, layout.run.notes);
  const before = readNotesFile(path);
  const after = runNotesSchema.parse({
    ...before,
    ...parsed.data,
    tags: [...new Set(parsed.data.tags ?? before.tags)],
  });
  writeJsonAtomic(path, after);
  return { before, after };
}

function readNotesFile(path: string): RunNotes {
  if (!existsSync(path)) return emptyNotes;
  const text = readFileSync(path, 'utf8');
  try {
    return runNotesSchema.parse(JSON.parse(text));
  } catch {
    renameSync(path, `${path}.damaged-${Date.now()}`);
    return emptyNotes;
  }
}
