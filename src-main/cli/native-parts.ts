import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { packagedFolder, setUpCommand } from '../files/packaged.ts';
import { cachePath } from '../files/paths.ts';
import { endedSilently, readEndingLine, setUpScript, useNativeParts } from '../files/set-up-program.ts';

const recordSchema = z.object({
  tensorflow: z.object({ variant: z.string() }),
  /** Absent in records of versions before the command line was packaged. */
  addon: z.string().optional(),
});

/** Fitting trains a tiny step, which set-up gives up after three minutes. */
const LONGEST_FIT_MS = 200_000;

/**
 * The command line of the packaged app finds the native parts by what the last set-up (the app's, or `granary setup`) wrote into the
 * cache: one small file is read. After an upgrade that brings another addon, that is put beside the library first; nothing is
 * fetched here. Where there is no library, a worker that needs it says what to do.
 * @param note tells of the wait after an upgrade, and why it was in vain
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
    timeout: LONGEST_FIT_MS,
  });
  const last = run.stdout?.trim().split('\n').at(-1) ?? '';
  const ending = readEndingLine(last);
  if (ending !== null && 'addon' in ending) return useNativeParts(ending);
  const { message } = ending?.error ?? endedSilently(run.status, run.error?.message ?? run.stderr);
  note(`That failed: ${message} ${setUpCommand(folder)} sets it up again.`);
}

/** Commands that start no worker: they read and write files alone, and what is to be fitted can wait. */
const WITHOUT_WORKERS = [
  ...['app', 'cache', 'compare', 'ensemble', 'logs', 'models', 'monitor', 'report', 'runs', 'score'],
  ...['settings', 'setup', 'show', 'tag', 'rename', 'note', 'archive', 'color'],
];

/** Whether a command, given by its words from the first (`queue list`), may start a worker, which needs the native parts. */
export function startsWorkers([first = '', verb]: readonly string[]): boolean {
  // What a verb asks of the queue is done by who holds it.
  return !WITHOUT_WORKERS.includes(first) && !(first === 'queue' && verb !== undefined);
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
