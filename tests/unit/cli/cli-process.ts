import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../../..');

export interface Answer {
  code: number | null;
  out: string;
  err: string;
}

/** The command line, bundled from the sources as they are, inside the checkout so that it finds its package. */
export async function buildCli(): Promise<{ script: string; remove: () => void }> {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'granary-cli-'));
  const script = join(folder, 'cli.cjs');
  await build({
    entryPoints: [join(root, 'src-main/cli/index.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@tensorflow/*', 'sharp'],
    logLevel: 'error',
  });
  return { script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Runs one command to its end.
 * @param through a command that runs it, with that one's arguments
 */
export function granary(
  script: string,
  args: readonly string[],
  workspace: string,
  through: readonly string[] = [],
): Promise<Answer> {
  const [program, ...rest] = [...through, process.execPath, script, ...args];
  const child = spawn(program!, rest, {
    env: { ...process.env, GRANARY_WORKSPACE: workspace, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
