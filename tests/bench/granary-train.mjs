import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const granary = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'granary.cjs');

/** Runs a program and returns the JSON values of its output lines; its errors go to ours. */
export async function runLines(program, args, onValue = () => {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const values = [];
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const value = JSON.parse(line);
    values.push(value);
    onValue(value);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with code ${code}`);
  return values;
}

/** `granary train … --json`: its epochs, and the result that it ends with. */
export async function granaryTrain(args) {
  const values = await runLines(process.execPath, [granary, 'train', ...args, '--json']);
  const epochs = values.flatMap((value) => (value.type === 'epoch' ? [value.log] : []));
  return { epochs, result: values.at(-1) };
}
