import { GranaryError } from '../errors.ts';
import { encodeUtf8 } from './text.ts';
import { elementCount, safeDtypeBytes, type SafeTensorsFile } from './types.ts';

/**
 * Writes a safetensors file. Wider element types come first, each kind in the map's order, and the header is padded to 8
 * bytes, so that every tensor lies at a multiple of its element size, as the reference implementation has it.
 * @throws GranaryError SAFETENSORS_INVALID when a tensor's bytes do not fit its shape
 */
export function encodeSafetensors(file: SafeTensorsFile): Uint8Array {
  const entries = [...file.tensors].sort(([, a], [, b]) => safeDtypeBytes[b.dtype] - safeDtypeBytes[a.dtype]);
  // Pairs and not an object: a tensor may be called "__proto__" or "1", which would vanish or change places.
  const parts: string[] = [];
  if (Object.keys(file.metadata).length > 0) parts.push(`"__metadata__":${JSON.stringify(file.metadata)}`);
  let position = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    if (name === '__metadata__' || data.length !== elementCount(shape) * safeDtypeBytes[dtype])
      throw new GranaryError(
        'SAFETENSORS_INVALID',
        `Tensor "${name}" (${dtype} [${shape.join(', ')}]) cannot be written with ${data.length} bytes of data.`,
      );
    const end = position + data.length;
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [position, end] })}`);
    position = end;
  }
  const json = encodeUtf8(`{${parts.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + position).fill(0x20, 8 + json.length, 8 + headerBytes);
  new DataView(bytes.buffer).setUint32(0, headerBytes, true);
  bytes.set(json, 8);
  let at = 8 + headerBytes;
  for (const [, { data }] of entries) {
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}
