import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { packagedFolder } from '../files/packaged.ts';
import { cachePath } from '../files/paths.ts';
import { readEnding, setUpScript, useNativeParts } from '../files/set-up-program.ts';

const recordSchema = z.object({
  tensorflow: z.object({ variant: z.string() }),
  /** Absent in records of versions before the command line was packaged. */
  addon: z.string().optional(),
});

/**
 * The command line of the packaged app finds the native parts by what the last set-up (the app's, or `granary setup`) wrote into the
 * cache: one small file is read. After an upgrade that brings another addon, that is put beside the library first; nothing is
 * fetched here. Where there is no library, a worker that needs it says what to do.
 * @param note tells of the wait after an upgrade
 */
export function findNativeParts(
  note: (text: string) => void,
  folder: string | null = packagedFolder(),
  script: string = setUpScript(),
): void {
  if (folder === null || process.env['GRANARY_ADDON'] !== undefined) return;
  const path = join(cachePath(), 'native', 'app-setup.json');
  const record = readRecord(path);
  if (record === null) return;
  const { addon } = record;
  if (addon !== undefined && isShipped(addon, folder) && existsSync(addon))
    return useNativeParts({ addon, record: path });
  note('This version of Granary is new here: fitting it to TensorFlow, once.');
  const build = record.tensorflow.variant.endsWith('-cuda') ? 'cuda' : 'cpu';
  const run = spawnSync(process.execPath, [script, '--offline'], {
    encoding: 'utf8',
    env: { GRANARY_TENSORFLOW: build, ...process.env },
  });
  const last = run.stdout?.trim().split('\n').at(-1) ?? '';
  const ending = readEnding(parse(last));
  if (ending !== null && 'addon' in ending) useNativeParts(ending);
}

/** Whether it is one of the addons that came with this version: its folder in the cache has the name of the one it was copied from. */
function isShipped(addon: string, folder: string): boolean {
  return readdirSync(join(folder, 'resources', 'native')).includes(basename(dirname(addon)));
}

function readRecord(path: string): z.infer<typeof recordSchema> | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
