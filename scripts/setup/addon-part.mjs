import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { installCommand, onPath } from './debian.mjs';
import { SetupError } from './errors.mjs';
import { findPart, providePart } from './parts.mjs';
import { root } from './paths.mjs';
import { lastLines, runProgram } from './process.mjs';
import { libraryFiles } from './tensorflow-part.mjs';

/**
 * tfjs-node's addon is two C++ files against Node-API and TensorFlow's C API; Granary's own kernels (`native/`) go with them. They are
 * compiled by one call of the compiler: node-gyp would want Python's distutils, make and Node's headers from Node's own site (docs/decisions/010).
 * Node-API is stable, so one build serves every Node from 20 on.
 */

const RECIPE = 2; // Counts up when the flags below change, so that old builds are not taken.
const kernels = join(root, 'native');

export const tfjsNode = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');

/** Name of the part that holds the addon for a TensorFlow part: another one when a kernel of ours has changed. */
export function addonPartName(tensorflowPart) {
  const { version } = JSON.parse(readFileSync(join(tfjsNode, 'package.json'), 'utf8'));
  return `addon-${version}-${RECIPE}.${kernelsHash()}-${basename(tensorflowPart)}`;
}

function kernelsHash() {
  const hash = createHash('sha256');
  const files = readdirSync(kernels, { recursive: true }).filter((name) => /\.(cc|h)$/.test(name));
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(kernels, file)));
  return hash.digest('hex').slice(0, 8);
}

/** Makes sure that the addon for `tensorflowPart` (its folder) is compiled, and returns the folder of the addon's part. */
export async function provideAddon(tensorflowPart) {
  const name = addonPartName(tensorflowPart);
  return findPart(name) ?? providePart(name, 10_000_000, (folder) => compileAddon(tensorflowPart, folder));
}

/**
 * Compiles the addon into `folder`.
 * @param {string} tensorflowPart folder of the part whose headers and library it is compiled against
 * @param {string} folder
 * @param {string} besides name of the part beside which it will lie: another build of the same TensorFlow
 */
export async function compileAddon(tensorflowPart, folder, besides = basename(tensorflowPart)) {
  const compiler = findCompiler();
  if (compiler === undefined) {
    throw new SetupError(
      'NO_COMPILER',
      'There is no C++ compiler (c++, g++ or clang++) on the PATH. Set-up compiles a few small files with it, once.',
      `Install one, then run set-up again: ${compilerFix()}`,
    );
  }
  console.log(`Compiling TensorFlow.js's addon with ${compiler}`);
  const run = await runProgram(
    compiler,
    compilerArguments(tensorflowPart, join(folder, 'tfjs_binding.node'), { besides }),
    { cwd: tfjsNode },
  );
  if (run.code !== 0) {
    throw new SetupError(
      /fatal error: .*No such file/.test(run.output) ? 'NO_COMPILER' : 'NATIVE_BROKEN',
      `${compiler} could not compile TensorFlow.js's addon:\n${lastLines(run.output, 15)}`,
      `Check that the compiler and the C++ library's headers are whole (${compilerFix()}), then run set-up again.`,
    );
  }
  const version = await runProgram(compiler, ['--version']);
  return { compiler: version.output.split('\n')[0] };
}

/** Flags as tfjs-node's own binding.gyp has them, and a run path relative to the cache, so that it can be moved. */
export function compilerArguments(
  tensorflowPart,
  output,
  { platform = process.platform, arch = process.arch, besides = basename(tensorflowPart) } = {},
) {
  const include = join(tensorflowPart, 'tensorflow', 'include');
  const library = join('..', besides, 'tensorflow');
  const link =
    platform === 'darwin'
      ? ['-bundle', '-undefined', 'dynamic_lookup', `-Wl,-rpath,@loader_path/${library}`]
      : ['-shared', `-Wl,-rpath,$ORIGIN/${library}`, '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  return [
    '-std=c++17',
    '-O3',
    '-fPIC',
    // Loops marked as such become vector instructions; no floating-point trap or errno is looked at.
    ...['-fopenmp-simd', '-fno-math-errno', '-fno-trapping-math'],
    ...(arch === 'x64' ? ['-mprefer-vector-width=512'] : []),
    '-fvisibility=hidden',
    '-DNAPI_VERSION=8',
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    '-DIS_SLIM_BUILD', // Leaves out of TensorFlow's kernels.h what needs headers that are not at hand.
    ...['-I', join(root, 'node_modules', 'node-api-headers', 'include'), '-I', include, '-I', '..'],
    ...['-I', join(kernels, 'include')],
    ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
    ...sources(kernels),
    ...link,
    ...libraryFiles(tensorflowPart),
    '-o',
    output,
  ];
}

/** The C++ files of a folder. */
function sources(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.cc'))
    .map((file) => join(folder, file));
}

/** The C++ compiler: CXX, else c++, g++ or clang++ on the PATH; undefined when there is none. */
export function findCompiler() {
  return process.env.CXX || ['c++', 'g++', 'clang++'].find(onPath);
}

function compilerFix() {
  return process.platform === 'darwin' ? 'xcode-select --install' : installCommand(['g++']);
}
