/** Element types that Granary reads and writes; the format has others (float8, unsigned), which are refused by name. */
export const safeDtypeBytes = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 } as const;
export type SafeDtype = keyof typeof safeDtypeBytes;

/**
 * One tensor: row-major, little-endian bytes. `data` may be a view into the file that it was read from, or a getter that reads
 * it from the disk at each use: keep the bytes, not the tensor, where they are used twice.
 */
export interface SafeTensor {
  dtype: SafeDtype;
  shape: number[];
  data: Uint8Array;
}

export interface SafeTensorsFile {
  metadata: Record<string, string>;
  tensors: Map<string, SafeTensor>;
}

/** Number of elements of a shape; a scalar's empty shape has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
