import { readFileSync } from 'node:fs';
import { GranaryError } from '../../../shared/errors.ts';
import type { SafeTensorsFile } from '../../../shared/safetensors/index.ts';
import { DiskFile } from './disk-file.ts';
import { toCurrentNames } from './older-names.ts';
import { openSafetensors } from './safetensors-disk.ts';
import { readTorchFile } from './torch-file.ts';
import { readTorchZip } from './torch-zip.ts';

/** How a file begins, whatever it is called. */
function kindOf(file: DiskFile): 'zip' | 'pickle' | 'safetensors' {
  const start = file.read(0, Math.min(16, file.size));
  if (start[0] === 0x50 && start[1] === 0x4b && start[2] === 0x03 && start[3] === 0x04) return 'zip';
  // A pickle says its protocol first; a safetensors header of that length would have its brace at byte 8.
  return start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5 && start[8] !== 0x7b
    ? 'pickle'
    : 'safetensors';
}

/**
 * Opens a weights file: safetensors, or what `torch.save` writes (zip and old format, without running anything of it). Tensors
 * are read from the disk when their `data` is asked for, but for the old format, which is read as a whole. Names of timm's earlier
 * versions, and of the networks' authors, become timm's.
 * @param what what the user meant it for, for the message: "weights"
 * @throws GranaryError WEIGHTS_NOT_FOUND, SAFETENSORS_INVALID, PICKLE_REFUSED, PICKLE_INVALID (with the path)
 */
export function readWeightsFile(path: string, what = 'weights'): SafeTensorsFile {
  try {
    const file = new DiskFile(path);
    switch (kindOf(file)) {
      case 'zip':
        return { metadata: {}, tensors: toCurrentNames(readTorchZip(file)) };
      case 'pickle':
        return { metadata: {}, tensors: toCurrentNames(readTorchFile(readFileSync(path))) };
      case 'safetensors': {
        const { metadata, tensors } = openSafetensors(file);
        return { metadata, tensors: toCurrentNames(tensors) };
      }
    }
  } catch (error) {
    if (error instanceof GranaryError) {
      if (error.code === 'WEIGHTS_NOT_FOUND') throw error;
      throw new GranaryError(error.code, `${path}: ${error.message}`, error.fix, { cause: error });
    }
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new GranaryError(
      'WEIGHTS_NOT_FOUND',
      `The ${what} file ${path} cannot be read (${code}).`,
      'Give the path of a safetensors file, or of one that torch.save wrote.',
    );
  }
}
