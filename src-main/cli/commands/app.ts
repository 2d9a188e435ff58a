import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { GranaryError } from '../../../shared/errors.ts';
import { packagedFolder } from '../../files/packaged.ts';
import { packageRoot } from '../../files/paths.ts';

/** `granary app`: opens the window, over the same workspace. What follows goes to Electron. */
export function register(program: Command): void {
  program
    .command('app')
    .description('Open the app. Where it is open already, its window comes to the front.')
    .argument('[switches...]', 'switches of Electron and Chromium')
    .allowUnknownOption()
    .addHelpText(
      'after',
      '\nExamples:\n  $ granary app\n  $ GRANARY_WORKSPACE=/data/leaves granary app\n\nInstalled, `granary` alone does the same where there is a display.',
    )
    .action((switches: string[]) => openApp(switches));
}

/** Whether a window can be opened: Linux needs an X server or a Wayland compositor. */
export function hasDisplay(environment: NodeJS.ProcessEnv = process.env): boolean {
  const { DISPLAY, WAYLAND_DISPLAY } = environment;
  return process.platform !== 'linux' || Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY);
}

/**
 * Waits for the app to be closed and ends as it did. Signals are handed on to the app, which ends in order: it has a group of its own,
 * so that a Ctrl-C or a terminal that is closed, which tell the whole group, reach it once and none of its processes besides.
 */
function openApp(switches: readonly string[]): Promise<void> {
  if (!hasDisplay())
    throw new GranaryError(
      'PLATFORM_UNSUPPORTED',
      'There is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set).',
      'Start it from a desktop session or over `ssh -X`. The other commands need none.',
    );
  const folder = packagedFolder();
  const [program, first] =
    folder === null
      ? [process.execPath, [join(packageRoot(), 'scripts', 'start.mjs')]]
      : [join(folder, 'granary'), []];
  const child = spawn(program, [...first, ...switches], { stdio: 'inherit', detached: true });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.exitCode = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
      resolve();
    });
  });
}
