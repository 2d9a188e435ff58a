import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../../../scripts/setup/paths.mjs';

/**
 * Gives a TypeScript program that prints one JSON value in its last line a fresh process at each call, so that nothing is compiled
 * beforehand.
 * @param {string} source imports begin at the checkout's root
 * @param {(run: (...args: string[]) => any) => void} measure called with what runs it; the bundle is gone afterwards
 */
export async function inOwnProcesses(source, measure) {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'granary-bench-'));
  const script = join(folder, 'bench.cjs');
  try {
    await build({
      stdin: { contents: source, resolveDir: root, loader: 'ts' },
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['@tensorflow/*', 'sharp'],
      logLevel: 'error',
    });
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' };
    measure((...args) => {
      const out = execFileSync(process.execPath, [script, ...args], { encoding: 'utf8', env, stdio: 'pipe' });
      return JSON.parse(out.trim().split('\n').at(-1));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
