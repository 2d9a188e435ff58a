// Builds everything that runs: the CLI, the worker and its threads (plain Node), the Electron app and its renderer.
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Native or very large packages stay in node_modules; the rest is bundled, so that start-up reads one file. */
const external = ['@tensorflow/*', 'sharp', 'electron'];

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  external,
  sourcemap: true,
  logLevel: 'warning',
};

export async function build() {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await Promise.all([
    esbuild({
      ...common,
      target: 'node20',
      outdir: 'dist',
      entryPoints: {
        cli: 'src-main/cli/index.ts',
        worker: 'src-main/worker/index.ts',
        'reader-thread': 'src-main/preprocess/reader-thread.ts',
      },
    }),
    // Node 16 and Chrome 108 are the floor: the Electron that the Python registry carries (docs/decisions).
    esbuild({
      ...common,
      target: 'node16',
      outdir: 'dist/app',
      entryPoints: { main: 'src-main/app/main.ts', preload: 'src-main/preload/preload.ts' },
    }),
    vite({ configFile: join(root, 'vite.config.mjs'), logLevel: 'warn' }),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
