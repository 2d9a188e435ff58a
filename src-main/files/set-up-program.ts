import { join } from 'node:path';
import { z } from 'zod';
import type { ErrorPayload } from '../../shared/errors.ts';
import { errorPayloadSchema } from '../../shared/ipc/error-codes.ts';
import { packageRoot, unpacked } from './paths.ts';

/** How scripts/setup/app.mjs ends: where the addon and the record of what was set up lie, or why there are none. */
const endingSchema = z.union([
  z.object({ addon: z.string(), record: z.string() }),
  z.object({ error: errorPayloadSchema }),
]);
export type SetUpEnding = z.infer<typeof endingSchema>;

/** The script that finds or fetches the packaged app's native parts; it runs on the Node that ships with the app. */
export function setUpScript(): string {
  return unpacked(join(packageRoot(), 'scripts', 'setup', 'app.mjs'));
}

/** Reads what the script said last; null for anything else that it says. */
export function readEnding(value: unknown): SetUpEnding | null {
  return endingSchema.safeParse(value).data ?? null;
}

/** The same of a line that the script wrote. */
export function readEndingLine(line: string): SetUpEnding | null {
  if (!line.startsWith('{')) return null;
  try {
    return readEnding(JSON.parse(line));
  } catch {
    return null;
  }
}

/** Says to this process and to its workers where the native parts lie. */
export function useNativeParts(parts: { addon: string; record: string }): void {
  process.env['GRANARY_ADDON'] = parts.addon;
  process.env['GRANARY_SETUP_RECORD'] = parts.record;
}

/** What to tell of a script that ended without saying how. */
export function endedSilently(code: number | null, words: string): ErrorPayload {
  return {
    code: 'NATIVE_BROKEN',
    message: `Set-up ended with code ${String(code)}. ${words.trim()}`.trim(),
    fix: 'Try again, or report it.',
  };
}
