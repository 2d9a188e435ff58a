import { GranaryError } from '../errors.ts';
import { encodeUtf8 } from './text.ts';
import { elementCount, safeDtypeBytes, type SafeTensorsFile } from './types.ts';

/**
 * The bytes of a safetensors file, header first, then each tensor's own bytes: nothing is copied, so writing a large file takes no
 * memory. Wider element types come first, each kind in the map's order, and the header is padded to 8 bytes, so that every tensor
 * lies at a multiple of its element size, as the reference implementation has it.
 * @throws GranaryError SAFETENSORS_INVALID when a tensor's bytes do not fit its shape
 */
export function safetensorsPieces(file: SafeTensorsFile): Uint8Array[] {
  const entries = [...file.tensors].sort(([, a], [, b]) => safeDtypeBytes[b.dtype] - safeDtypeBytes[a.dtype]);
  // Pairs and not an object: a tensor may be called "__proto__" or "1", which would vanish or change places.
  const parts: string[] = [];
  if (Object.keys(file.metadata).length > 0) parts.push(`"__metadata__":${JSON.stringify(file.metadata)}`);
  const pieces: Uint8Array[] = [];
  let position = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    if (name === '__metadata__' || data.length !== elementCount(shape) * safeDtypeBytes[dtype])
      throw new GranaryError(
        'SAFETENSORS_INVALID',
        `Tensor "${name}" (${dtype} [${shape.join(', ')}]) cannot be written with ${data.length} bytes of data.`,
      );
    const end = position + data.length;
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [position, end] })}`);
    pieces.push(data);
    position = end;
  }
  const json = encodeUtf8(`{${parts.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + headerBytes).fill(0x20, 8 + json.length);
  new DataView(header.buffer).setUint32(0, headerBytes, true);
  header.set(json, 8);
  return [header, ...pieces];
}

/** {@link safetensorsPieces} in one piece. */
export function encodeSafetensors(file: SafeTensorsFile): Uint8Array {
  const pieces = safetensorsPieces(file);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
