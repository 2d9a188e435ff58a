import { z } from 'zod';
import { GranaryError } from '../errors.ts';
import { decodeUtf8 } from './text.ts';
import { topLevelKeys } from './top-level-keys.ts';
import {
  elementCount,
  safeDtypeBytes,
  type SafeDtype,
  type SafeTensor,
  type SafeTensorsFile,
} from './types.ts';

/** The reference implementation's bound: a header beyond it is taken for an attack on memory. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;

const offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(offset),
  data_offsets: z.tuple([offset, offset]),
});
const metadataSchema = z.record(z.string(), z.string());

function invalid(what: string, cause?: unknown): GranaryError {
  return new GranaryError(
    'SAFETENSORS_INVALID',
    `Not a sound safetensors file: ${what}.`,
    'The file may be damaged or cut short: copy or download it again. Files in another format must be converted first.',
    { cause },
  );
}

/** Header length (little-endian u64), then the JSON header, padded with spaces. */
function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES)
    throw invalid(`it has ${bytes.length} bytes, fewer than its length field needs`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEADER_BYTES) throw invalid(`its header claims ${length} bytes, over the limit of 100 MB`);
  const dataStart = LENGTH_BYTES + length;
  if (dataStart > bytes.length)
    throw invalid(`its header claims ${length} bytes, but only ${bytes.length - LENGTH_BYTES} follow`);
  if (bytes[LENGTH_BYTES] !== 0x7b) throw invalid('its header does not begin with {');
  let text: string;
  let header: unknown;
  try {
    text = decodeUtf8(bytes.subarray(LENGTH_BYTES, dataStart));
    header = JSON.parse(text);
  } catch (error) {
    throw invalid('its header is not JSON', error);
  }
  const keys = topLevelKeys(text);
  if (new Set(keys).size !== keys.length) {
    const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
    throw invalid(`its header names "${repeated}" twice`);
  }
  return { header: header as Record<string, unknown>, dataStart };
}

/** Every byte of the data must belong to exactly one tensor: no overlap, no hole, nothing left over. */
function checkCoverage(ranges: { name: string; begin: number; end: number }[], dataBytes: number): void {
  ranges.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of ranges) {
    if (begin < expected) throw invalid(`tensor "${name}" overlaps another`);
    if (begin > expected) throw invalid(`${begin - expected} bytes before tensor "${name}" belong to none`);
    expected = end;
  }
  if (expected < dataBytes) throw invalid(`${dataBytes - expected} bytes at its end belong to no tensor`);
}

/**
 * Reads a safetensors file (format of huggingface/safetensors 0.4: header length, JSON header, data), strictly. The
 * tensors' `data` are views into `bytes`; nothing is copied.
 * @throws GranaryError SAFETENSORS_INVALID, naming the first thing that is wrong
 */
export function decodeSafetensors(bytes: Uint8Array): SafeTensorsFile {
  const { header, dataStart } = readHeader(bytes);
  const dataBytes = bytes.length - dataStart;
  const tensors = new Map<string, SafeTensor>();
  const ranges: { name: string; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      const parsed = metadataSchema.safeParse(value);
      if (!parsed.success) throw invalid('its __metadata__ is not a map from text to text');
      metadata = parsed.data;
      continue;
    }
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success)
      throw invalid(`tensor "${name}" is not described by dtype, shape and data_offsets alone`);
    const { dtype, shape, data_offsets } = parsed.data;
    if (!Object.hasOwn(safeDtypeBytes, dtype))
      throw invalid(
        `tensor "${name}" has the type "${dtype}"; ${Object.keys(safeDtypeBytes).join(', ')} are read`,
      );
    const [begin, end] = data_offsets;
    if (begin > end || end > dataBytes)
      throw invalid(`tensor "${name}" spans bytes ${begin} to ${end} of ${dataBytes}`);
    const needed = elementCount(shape) * safeDtypeBytes[dtype as SafeDtype];
    if (end - begin !== needed)
      throw invalid(
        `tensor "${name}" (${dtype} [${shape.join(', ')}]) needs ${needed} bytes and has ${end - begin}`,
      );
    ranges.push({ name, begin, end });
    tensors.set(name, {
      dtype: dtype as SafeDtype,
      shape,
      data: bytes.subarray(dataStart + begin, dataStart + end),
    });
  }
  checkCoverage(ranges, dataBytes);
  return { metadata, tensors };
}
