import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runRowSchema } from '../../shared/ipc/views.ts';
import { runColorSchema } from '../../shared/records/run-notes.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { granaryVersion } from '../files/version.ts';
import type { UncolouredRow } from './run-row.ts';

/** What is known of a run folder, and the mark (run-mark.ts) that its files had then. */
export interface RowEntry {
  mark: string;
  /** Null: a folder in which no run began. */
  row: UncolouredRow | null;
}

/** To be raised when rows come to hold something else for the same files. */
const FORM = 1;

const cacheSchema = z.object({
  form: z.literal(FORM),
  granary: z.literal(granaryVersion),
  entries: z.record(
    z.string(),
    z.object({
      mark: z.string(),
      row: runRowSchema.extend({ color: runColorSchema.nullable() }).nullable(),
    }),
  ),
});

/** Rows as they were when the workspace was last listed; none where the file is missing, damaged or of another version. */
export function readRowCache(workspace: string): Map<string, RowEntry> {
  try {
    const text = readFileSync(join(workspace, layout.rows), 'utf8');
    return new Map(Object.entries(cacheSchema.parse(JSON.parse(text)).entries));
  } catch {
    return new Map();
  }
}

/** Keeps rows for the next start. A run that trains is left out: it is looked at each time anyway. */
export function writeRowCache(workspace: string, entries: ReadonlyMap<string, RowEntry>): void {
  const kept = [...entries].filter(([, { row }]) => row?.state !== 'running');
  try {
    writeFileAtomic(
      join(workspace, layout.rows),
      JSON.stringify({ form: FORM, granary: granaryVersion, entries: Object.fromEntries(kept) }),
    );
  } catch {
    // Read-only or full: the next start reads the folders again.
  }
}
