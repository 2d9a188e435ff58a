import { z } from 'zod';
import { GranaryError } from '../errors.ts';
import { decodeUtf8 } from './text.ts';
import { topLevelKeys } from './top-level-keys.ts';
import { elementCount, safeDtypeBytes, type SafeDtype } from './types.ts';

/** The reference implementation's bound: a header beyond it is taken for an attack on memory. */
const MAX_HEADER_BYTES = 100_000_000;
/** Bytes of the length field before the header. */
export const LENGTH_BYTES = 8;

/** Where one tensor lies in the file; offsets count from the file's first byte. */
export interface SafeTensorPlace {
  dtype: SafeDtype;
  shape: number[];
  begin: number;
  end: number;
}

export interface SafeTensorsHeader {
  metadata: Record<string, string>;
  places: Map<string, SafeTensorPlace>;
}

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

/**
 * The header's length in bytes, from the little-endian 64-bit field before it.
 * @param start the file's first bytes
 * @param fileBytes size of the whole file
 * @throws GranaryError SAFETENSORS_INVALID: over 100 MB, or beyond the file
 */
export function headerLength(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES || start.length < LENGTH_BYTES)
    throw invalid(`it has ${fileBytes} bytes, fewer than its length field needs`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEADER_BYTES) throw invalid(`its header claims ${length} bytes, over the limit of 100 MB`);
  if (LENGTH_BYTES + length > fileBytes)
    throw invalid(`its header claims ${length} bytes, but only ${fileBytes - LENGTH_BYTES} follow`);
  return length;
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw invalid('its header does not begin with {');
  let text: string;
  let header: unknown;
  try {
    text = decodeUtf8(bytes);
    header = JSON.parse(text);
  } catch (error) {
    throw invalid('its header is not JSON', error);
  }
  const seen = new Set<string>();
  for (const key of topLevelKeys(text)) {
    if (seen.has(key)) throw invalid(`its header names "${key}" twice`);
    seen.add(key);
  }
  return header as Record<string, unknown>;
}

/** Every byte of the data must belong to exactly one tensor: no overlap, no hole, nothing left over. */
function checkCoverage(places: ReadonlyMap<string, SafeTensorPlace>, dataStart: number, fileBytes: number) {
  const ranges = [...places].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let expected = dataStart;
  for (const [name, { begin, end }] of ranges) {
    if (begin < expected) throw invalid(`tensor "${name}" overlaps another`);
    if (begin > expected) throw invalid(`${begin - expected} bytes before tensor "${name}" belong to none`);
    expected = end;
  }
  if (expected < fileBytes) throw invalid(`${fileBytes - expected} bytes at its end belong to no tensor`);
}

/**
 * Reads and checks a header: what every tensor is and where it lies. The data need not be at hand.
 * @param bytes the header alone, without its length field
 * @param fileBytes size of the whole file
 * @throws GranaryError SAFETENSORS_INVALID, naming the first thing that is wrong
 */
export function decodeHeader(bytes: Uint8Array, fileBytes: number): SafeTensorsHeader {
  const dataStart = LENGTH_BYTES + bytes.length;
  const dataBytes = fileBytes - dataStart;
  const places = new Map<string, SafeTensorPlace>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseJson(bytes))) {
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
    places.set(name, { dtype: dtype as SafeDtype, shape, begin: dataStart + begin, end: dataStart + end });
  }
  checkCoverage(places, dataStart, fileBytes);
  return { metadata, places };
}
