// Builds everything that runs: the CLI, the worker and its threads (plain Node), the Electron app and its renderer.
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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

/** What goes into dist/; a folder counts with everything below it. */
const SOURCES = [
  'shared',
  'src-main',
  'src-renderer',
  'scripts/build.mjs',
  'vite.config.mjs',
  'package-lock.json',
];
const STAMP = '.built';

/**
 * Builds unless dist/ is newer than every source. The stamp bears the time when the build began, so that an edit made
 * meanwhile counts.
 */
export async function buildIfStale() {
  const built = statSync(join(root, 'dist', STAMP), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (SOURCES.some((source) => newest(join(root, source)) > built)) await build();
}

/** Time of the last change below a path. Folders count too: a file that was taken away changes only its folder. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stat.mtimeMs);
}

/**
 * Builds into a folder beside dist/ and moves each finished half over, so that whatever runs from dist/ meanwhile finds whole
 * files. The command line comes first: it is usable even while the app's page does not build.
 */
export async function build() {
  const began = new Date();
  const staging = join(root, `.dist-${process.pid}`);
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  try {
    await buildProcesses(staging);
    for (const name of readdirSync(staging)) replace(join(staging, name), join(dist, name));
    await vite({
      configFile: join(root, 'vite.config.mjs'),
      logLevel: 'warn',
      // On a busy machine it would complain of its own plugins' share of the time.
      build: {
        outDir: join(staging, 'renderer'),
        rolldownOptions: { checks: { bundlerTimings: false } },
      },
    });
    replace(join(staging, 'renderer'), join(dist, 'renderer'));
    writeFileSync(join(dist, STAMP), '');
    utimesSync(join(dist, STAMP), began, began);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function buildProcesses(outdir) {
  await Promise.all([
    esbuild({
      ...common,
      target: 'node20',
      outdir,
      entryPoints: {
        cli: 'src-main/cli/index.ts',
        worker: 'src-main/worker/index.ts',
        thumbnailer: 'src-main/worker/thumbnailer.ts',
        'reader-thread': 'src-main/preprocess/reader-thread.ts',
        'fit-thread': 'src-main/preprocess/fit-thread.ts',
      },
    }),
    // Node 16 and Chrome 108 are the floor: the Electron that the Python registry carries (docs/decisions).
    esbuild({
      ...common,
      target: 'node16',
      outdir: join(outdir, 'app'),
      entryPoints: { main: 'src-main/app/main.ts', preload: 'src-main/preload/preload.ts' },
    }),
  ]);
}

/** Moves a file or folder to `place`, in one step for a file. */
function replace(fresh, place) {
  // A queue that trains tells by the file whether its workers are still those that it began with.
  if (isSameFile(fresh, place)) return;
  const old = `${fresh}-old`;
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) renameSync(place, old);
  renameSync(fresh, place);
  rmSync(old, { recursive: true, force: true });
}

function isSameFile(one, other) {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (!a?.isFile() || !b?.isFile() || a.size !== b.size) return false;
  return readFileSync(one).equals(readFileSync(other));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
