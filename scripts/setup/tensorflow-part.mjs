import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine, chooseTensorflow } from './machine.mjs';
import { findPart, providePart } from './parts.mjs';
import { pins } from './pins.mjs';
import { fetchWheel, unpackWheel } from './wheels.mjs';

const { version, python } = pins.tensorflow;

/** Of 11,000 headers these are what the addon includes. */
const NEEDED = [
  'tensorflow/libtensorflow_',
  'tensorflow/THIRD_PARTY_NOTICES.txt',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
];

/** The TensorFlow that this machine should have: its pin and the name of its part. */
export function wantedTensorflow() {
  const pin = chooseTensorflow(describeMachine(), process.env.GRANARY_TENSORFLOW);
  return { pin, part: tensorflowPartName(pin.key) };
}

/** Name of the part that holds a build of TensorFlow, by its key in pins.json: "linux-x64-cuda". */
export function tensorflowPartName(key) {
  return `tensorflow-${version}-${key}`;
}

/** What is written down of the build that was chosen (src-main/files/set-up-record.ts). */
export function tensorflowRecord({ key, nvidia }, folder) {
  const cuda = nvidia?.find((wheel) => wheel.package === 'nvidia-cuda-runtime-cu12')?.version ?? null;
  return { version, variant: key, folder, cuda };
}

/**
 * Makes sure that TensorFlow's library is in the cache, and returns its part's folder: `tensorflow/` with library and
 * headers, and for a CUDA card `nvidia/` beside it, where the library's own run path looks.
 */
export async function provideTensorflow({ pin, part }) {
  const present = findPart(part);
  if (present !== undefined) return present;
  const wheels = [pin, ...(pin.nvidia ?? [])];
  return providePart(part, spaceFor(wheels), async (folder, downloads) => {
    // One after another, each deleted when unpacked: the disk never holds more than one wheel.
    for (const wheel of wheels) {
      const file = await fetchWheel({ version, ...wheel }, downloads, wheel === pin ? python : undefined);
      await unpackWheel(file, folder, wheel === pin ? NEEDED : ['nvidia/']);
      rmSync(file);
    }
    return { tensorflow: version, wheels: wheels.map(({ wheel, sha256 }) => ({ wheel, sha256 })) };
  });
}

/** Bytes of disk that it takes to make the part: all that is unpacked, and the largest wheel. */
export function spaceFor(wheels) {
  const unpacked = wheels.reduce((sum, wheel) => sum + wheel.unpackedBytes, 0);
  return unpacked + Math.max(...wheels.map((wheel) => wheel.bytes));
}

/** The two libraries' file names in a part, `cc` first. */
export function libraryFiles(part) {
  const names =
    process.platform === 'darwin'
      ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
      : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  return names.map((name) => join(part, 'tensorflow', name));
}
