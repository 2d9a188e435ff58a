import { existsSync, readFileSync } from 'node:fs';
import { SetupError } from './errors.mjs';
import { onPath } from './debian.mjs';
import { pins } from './pins.mjs';

/**
 * What the choice of native parts depends on.
 * @typedef {{platform: string, arch: string, node: string, glibc?: string, avx: boolean, nvidia: boolean}} Machine
 * @returns {Machine}
 */
export function describeMachine() {
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    // Undefined on musl (Alpine), which the wheels do not run on.
    glibc: process.platform === 'linux' ? process.report.getReport().header.glibcVersionRuntime : undefined,
    avx: hasAvx(),
    nvidia: hasNvidiaDriver(),
  };
}

function hasAvx() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return true;
  try {
    return /^flags\s*:.*\bavx\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return true; // Not told: the tiny training step will tell.
  }
}

/** True when an NVIDIA driver is installed; under WSL2 it is Windows' own, seen through /usr/lib/wsl/lib. */
export function hasNvidiaDriver() {
  return (
    onPath('nvidia-smi') ||
    existsSync('/proc/driver/nvidia/version') ||
    existsSync('/usr/lib/wsl/lib/nvidia-smi')
  );
}

/**
 * Which TensorFlow suits a machine: `{ key, variant, package, wheel, sha256, … }` of pins.json, `nvidia` the wheels beside it.
 * @param {Machine} machine
 * @param {string | undefined} wanted GRANARY_TENSORFLOW: `cpu` or `cuda`, else by the driver
 */
export function chooseTensorflow(machine, wanted) {
  checkNode(machine.node);
  if (wanted !== undefined && wanted !== 'cpu' && wanted !== 'cuda') {
    throw unsupported(`GRANARY_TENSORFLOW is "${wanted}".`, 'Set it to cpu or cuda, or leave it out.');
  }
  if (machine.platform === 'win32') {
    throw unsupported(
      'Windows itself has no TensorFlow library with graphics-card support.',
      'Install WSL2 with a Debian or Ubuntu (`wsl --install -d Debian`) and run everything inside it: the app opens as a window of Windows.',
    );
  }
  const base = `${machine.platform}-${machine.arch}`;
  const cuda = wanted === 'cuda' || (wanted === undefined && machine.nvidia);
  const key = cuda && pins.tensorflow[`${base}-cuda`] !== undefined ? `${base}-cuda` : base;
  const pin = pins.tensorflow[key];
  if (pin === undefined) {
    throw unsupported(
      `There is no TensorFlow ${pins.tensorflow.version} library for ${base}.`,
      'Supported: Linux on x86-64 or ARM64 (Windows through WSL2), and macOS on Apple silicon.',
    );
  }
  if (wanted === 'cuda' && key === base) throw unsupported(`There is no CUDA build for ${base}.`, 'Use cpu.');
  if (machine.platform === 'linux' && olderThan(machine.glibc ?? '0', '2.27')) {
    throw unsupported(
      machine.glibc === undefined
        ? 'This Linux is not built on glibc (Alpine?), which the TensorFlow library needs.'
        : `This Linux has glibc ${machine.glibc}; the TensorFlow library needs 2.27 or later.`,
      'Use Debian 10, Ubuntu 18.04 or any later glibc system.',
    );
  }
  if (!machine.avx) {
    throw unsupported(
      'This processor lacks the AVX instructions that the TensorFlow library is compiled for.',
      'Use a processor of 2011 or later (in a virtual machine: pass the host processor through).',
    );
  }
  return { key, ...pin };
}

/** Granary's floor is package.json's `engines`; npm only warns of it. */
function checkNode(version) {
  if (!olderThan(version, '20.19.0')) return;
  throw unsupported(
    `This is Node ${version}; Granary needs 20.19 or later.`,
    'Install Node 20.19, 22, 24 or later.',
  );
}

/** Compares dotted numbers: is `version` lower than `floor`? */
export function olderThan(version, floor) {
  const left = version.split('.').map(Number);
  const right = floor.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function unsupported(message, fix) {
  return new SetupError('PLATFORM_UNSUPPORTED', message, fix);
}
