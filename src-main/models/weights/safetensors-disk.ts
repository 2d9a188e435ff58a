import {
  LENGTH_BYTES,
  type SafeTensor,
  type SafeTensorsFile,
  decodeHeader,
  headerLength,
} from '../../../shared/safetensors/index.ts';
import type { DiskFile } from './disk-file.ts';

/**
 * A safetensors file whose tensors are read from the disk when their `data` is asked for. The header is checked at once, as
 * strictly as in memory: since it accounts for every byte, a file that was cut short is found here too.
 * @throws GranaryError SAFETENSORS_INVALID
 */
export function openSafetensors(file: DiskFile): SafeTensorsFile {
  const length = headerLength(file.read(0, Math.min(LENGTH_BYTES, file.size)), file.size);
  const { metadata, places } = decodeHeader(file.read(LENGTH_BYTES, length), file.size);
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { dtype, shape, begin, end }] of places)
    tensors.set(name, {
      dtype,
      shape,
      get data() {
        return file.read(begin, end - begin);
      },
    });
  return { metadata, tensors };
}
