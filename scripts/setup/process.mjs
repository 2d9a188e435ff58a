import { spawn } from 'node:child_process';

/** What runs now. A signal that ends this process ends it first: pip would go on fetching for nobody. */
const running = new Set();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function endWith(signal) {
  for (const child of running) child.kill('SIGTERM');
  for (const name of signals) process.off(name, endWith);
  // Anew, for who else listens (locks are given back), else to be ended by it.
  process.kill(process.pid, signal);
}

function begun(child) {
  if (running.size === 0) for (const name of signals) process.on(name, endWith);
  running.add(child);
}

function ended(child) {
  if (running.delete(child) && running.size === 0) for (const name of signals) process.off(name, endWith);
}

/**
 * Runs a program to its end without blocking (locks must be renewed meanwhile).
 * @returns {Promise<{code: number|null, output: string, missing: boolean}>} output: the last 20,000 characters of both
 *   streams; missing: there is no such program
 */
export function runProgram(
  command,
  args,
  { env = process.env, cwd, inherit = false, timeoutMs, signal } = {},
) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env,
      cwd,
      signal,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      stdio: ['ignore', inherit ? 'inherit' : 'pipe', inherit ? 'inherit' : 'pipe'],
    });
    begun(child);
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => {
      if (child.pid !== undefined) return;
      ended(child);
      resolve({ code: null, output: String(error.message), missing: error.code === 'ENOENT' });
    });
    child.on('close', (code) => {
      ended(child);
      resolve({ code, output, missing: false });
    });
  });
}

/** The last lines of a program's output, for an error message. */
export function lastLines(output, count = 6) {
  return output.trim().split('\n').slice(-count).join('\n');
}
