import { spawn } from 'node:child_process';

/**
 * Runs `action` with an X server that draws to memory, on a display number of its own choosing, and ends the server after.
 * @param {(environment: NodeJS.ProcessEnv) => Promise<T>} action gets an environment with its DISPLAY
 * @template T
 */
export async function withDisplay(action) {
  if (process.platform !== 'linux') return action(process.env);
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  // It grumbles about each display number that is taken: told only when it does not start.
  let words = '';
  server.stderr.on('data', (chunk) => {
    words = (words + chunk).slice(-2000);
  });
  try {
    const display = await new Promise((resolve, reject) => {
      server.stdio[3].once('data', (number) => resolve(`:${String(number).trim()}`));
      server.once('error', reject);
      server.once('exit', (code) =>
        reject(new Error(`Xvfb ended with code ${code} before it was ready: ${words}`)),
      );
    });
    // A Wayland session of the developer must not be used behind X's back.
    return await action({ ...process.env, DISPLAY: display, WAYLAND_DISPLAY: '' });
  } finally {
    server.kill();
  }
}
