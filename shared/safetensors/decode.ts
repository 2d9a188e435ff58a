import { LENGTH_BYTES, decodeHeader, headerLength } from './header.ts';
import type { SafeTensor, SafeTensorsFile } from './types.ts';

/**
 * Reads a safetensors file (format of huggingface/safetensors 0.4: header length, JSON header, data), strictly. The
 * tensors' `data` are views into `bytes`; nothing is copied.
 * @throws GranaryError SAFETENSORS_INVALID, naming the first thing that is wrong
 */
export function decodeSafetensors(bytes: Uint8Array): SafeTensorsFile {
  const length = headerLength(bytes, bytes.length);
  const header = decodeHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), bytes.length);
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { dtype, shape, begin, end }] of header.places)
    tensors.set(name, { dtype, shape, data: bytes.subarray(begin, end) });
  return { metadata: header.metadata, tensors };
}
