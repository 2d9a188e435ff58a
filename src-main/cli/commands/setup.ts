import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { GranaryError, fromErrorPayload } from '../../../shared/errors.ts';
import { packagedFolder } from '../../files/packaged.ts';
import { packageRoot } from '../../files/paths.ts';
import {
  type SetUpEnding,
  endedSilently,
  readEnding,
  setUpScript,
  useNativeParts,
} from '../../files/set-up-program.ts';
import { readSetUpRecord } from '../../files/set-up-record.ts';
import { printJson } from '../output.ts';

/** `granary setup`: finds or fetches what trains. In a checkout it is `npm run setup`. */
export function register(program: Command): void {
  program
    .command('setup')
    .description('Find or fetch TensorFlow, once for each user; the app does it at its first start.')
    .option('--json', 'print one JSON object at the end')
    .addHelpText(
      'after',
      `
Examples:
  $ granary setup
  $ GRANARY_TENSORFLOW=cpu granary setup`,
    )
    .action(async ({ json = false }: { json?: boolean }) => {
      const packaged = packagedFolder() !== null;
      const script = packaged ? setUpScript() : join(packageRoot(), 'scripts', 'setup.mjs');
      const ending = await runSetUp(script, json);
      if (ending !== null && 'error' in ending) throw fromErrorPayload(ending.error);
      if (ending !== null) useNativeParts(ending);
      const record = readSetUpRecord();
      if (json) printJson({ tensorflow: record?.tensorflow ?? null });
      else if (packaged && record !== null)
        process.stdout.write(
          `TensorFlow ${record.tensorflow.version} (${record.tensorflow.variant}) is set up in ${record.tensorflow.folder}.\n`,
        );
    });
}

/**
 * Runs a script of set-up, which tells a person how far it is; with `json` beside the output.
 * @returns how the packaged app's script says that it ended; null for a checkout's, which tells everything itself
 * @throws GranaryError CANCELLED when it was stopped; NATIVE_BROKEN with `json` when a checkout's failed
 */
function runSetUp(script: string, json: boolean): Promise<SetUpEnding | null> {
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', json ? process.stderr : 'inherit', 'inherit', 'ipc'],
  });
  const stop = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', stop).on('SIGTERM', stop);
  let ending: SetUpEnding | null = null;
  child.on('message', (message) => (ending = readEnding(message)));
  return new Promise<SetUpEnding | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (ending !== null) resolve(ending);
      else if (signal !== null)
        reject(
          new GranaryError('CANCELLED', 'Set-up was stopped.', 'Run it again: what it had finished is kept.'),
        );
      else if (packagedFolder() !== null) resolve({ error: endedSilently(code, '') });
      else if (code !== 0 && json)
        reject(
          new GranaryError(
            'NATIVE_BROKEN',
            `Set-up ended with code ${String(code)}.`,
            'What it said on standard error tells why.',
          ),
        );
      else {
        process.exitCode = code ?? 1;
        resolve(null);
      }
    });
  }).finally(() => process.off('SIGINT', stop).off('SIGTERM', stop));
}
