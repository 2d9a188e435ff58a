import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from './paths.ts';

/** What scripts/setup wrote down: which native parts this checkout was linked to. */
const setUpRecordSchema = z.object({
  tensorflow: z.object({
    version: z.string(),
    /** "linux-x64", or "linux-x64-cuda" for the build with NVIDIA's libraries beside it. */
    variant: z.string(),
    folder: z.string(),
    /** Version of the CUDA runtime among them. */
    cuda: z.string().nullable(),
  }),
  electron: z.object({ version: z.string(), path: z.string() }).nullable(),
});
export type SetUpRecord = z.infer<typeof setUpRecordSchema>;

/**
 * Reads it; null when set-up never finished here, or what it names is gone (a cache that was emptied). A packaged app has no checkout: its
 * first start keeps the record in the cache, and GRANARY_SETUP_RECORD says where.
 */
export function readSetUpRecord(
  file: string = process.env['GRANARY_SETUP_RECORD'] ?? join(packageRoot(), '.native', 'setup.json'),
): SetUpRecord | null {
  try {
    const record = setUpRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (!existsSync(record.tensorflow.folder)) return null;
    const electron = record.electron !== null && existsSync(record.electron.path) ? record.electron : null;
    return { ...record, electron };
  } catch {
    return null;
  }
}
