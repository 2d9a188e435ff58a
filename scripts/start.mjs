import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { electronExecutable, electronSwitches } from './electron.mjs';
import { setUp } from './setup.mjs';
import { SetupError, reportFailure } from './setup/errors.mjs';
import { root } from './setup/paths.mjs';

/**
 * Opens the app: sets up and builds what is missing first. Workers run on the Node that runs this script, because TensorFlow
 * crashes inside Electron. What follows `npm start --` goes to Electron.
 */
async function start() {
  await setUp({ app: 'required' });
  checkDisplay();
  runApp(electronExecutable(), [...(await electronSwitches()), root, ...process.argv.slice(2)]);
}

/**
 * Starts the app and ends as it does. Signals are handed on to the app, which ends in order: it has a group of its own, so that what the
 * terminal tells this script's group (Ctrl+C, that it is closed) reaches the app once, and none of its processes besides.
 */
export function runApp(program, words) {
  const child = spawn(program, words, {
    stdio: 'inherit',
    detached: true,
    env: { ...withoutNodeMode(process.env), GRANARY_NODE: process.execPath },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', reportFailure);
  child.on('close', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
  });
}

/** An Electron started from an editor's terminal may inherit the order to be a plain Node. */
function withoutNodeMode({ ELECTRON_RUN_AS_NODE: _mode, ...environment }) {
  return environment;
}

function checkDisplay() {
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return;
  throw new SetupError(
    'PLATFORM_UNSUPPORTED',
    'There is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set).',
    'Start it from a desktop session, over `ssh -X`, or in WSL2 with WSLg. The command line does everything without one: npx granary --help. To look at it headless: xvfb-run -a npm start',
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) start().catch(reportFailure);
