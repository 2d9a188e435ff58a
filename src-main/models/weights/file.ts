import { readFileSync } from 'node:fs';
import { GranaryError } from '../../../shared/errors.ts';
import { type SafeTensorsFile, decodeSafetensors } from '../../../shared/safetensors/index.ts';

/**
 * Reads a safetensors file.
 * @param what what the user meant it for, for the message: "weights"
 * @throws GranaryError WEIGHTS_NOT_FOUND, SAFETENSORS_INVALID (with the path)
 */
export function readWeightsFile(path: string, what = 'weights'): SafeTensorsFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new GranaryError(
      'WEIGHTS_NOT_FOUND',
      `The ${what} file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`,
      'Give the path of a safetensors file.',
    );
  }
  try {
    return decodeSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof GranaryError)) throw error;
    throw new GranaryError(error.code, `${path}: ${error.message}`, error.fix, { cause: error });
  }
}
