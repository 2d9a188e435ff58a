import { GranaryError } from '../errors.ts';
import { elementCount, type SafeTensor } from './types.ts';

/** A float32 tensor over the caller's array, which is not copied. */
export function float32Tensor(shape: readonly number[], values: Float32Array): SafeTensor {
  return {
    dtype: 'F32',
    shape: [...shape],
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

/** An int32 tensor over the caller's array, which is not copied. */
export function int32Tensor(shape: readonly number[], values: Int32Array): SafeTensor {
  return {
    dtype: 'I32',
    shape: [...shape],
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

/** IEEE half precision to float32: 1 sign, 5 exponent, 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bytes at an offset that typed arrays accept: the same ones where they lie well, else a copy. */
function aligned(data: Uint8Array, to: number): Uint8Array {
  // Not slice(): a Node Buffer's does not copy.
  return data.byteOffset % to === 0 ? data : new Uint8Array(data);
}

/**
 * The values as float32, row-major. F32 data that lie at a multiple of 4 are viewed and not copied: write to the result
 * only after a `slice()`.
 * @throws GranaryError SAFETENSORS_INVALID for types that are not floating point
 */
export function float32Values(tensor: SafeTensor): Float32Array {
  const count = elementCount(tensor.shape);
  // Asked for once: it may come from the disk.
  const { data } = tensor;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (tensor.dtype) {
    case 'F32': {
      const words = aligned(data, 4);
      return new Float32Array(words.buffer as ArrayBuffer, words.byteOffset, count);
    }
    case 'F64':
      return Float32Array.from({ length: count }, (_, index) => view.getFloat64(index * 8, true));
    case 'F16':
      return Float32Array.from({ length: count }, (_, index) => fromHalf(view.getUint16(index * 2, true)));
    case 'BF16': {
      // bfloat16 is the upper half of a float32.
      const words = Uint32Array.from({ length: count }, (_, index) => view.getUint16(index * 2, true) << 16);
      return new Float32Array(words.buffer);
    }
    default:
      throw new GranaryError(
        'SAFETENSORS_INVALID',
        `A floating-point tensor was expected and ${tensor.dtype} found.`,
        'Save it as float32.',
      );
  }
}

/**
 * The values of an F64 tensor, row-major; viewed and not copied where they lie at a multiple of 8.
 * @throws GranaryError SAFETENSORS_INVALID for other types
 */
export function float64Values({ dtype, shape, data }: SafeTensor): Float64Array {
  if (dtype !== 'F64')
    throw new GranaryError('SAFETENSORS_INVALID', `A float64 tensor was expected and ${dtype} found.`);
  const words = aligned(data, 8);
  return new Float64Array(words.buffer as ArrayBuffer, words.byteOffset, elementCount(shape));
}

/**
 * The values of an integer tensor (I64, I32, U8, BOOL) as int32.
 * @throws GranaryError SAFETENSORS_INVALID for other types, and for values beyond 32 bits
 */
export function int32Values(tensor: SafeTensor): Int32Array {
  const count = elementCount(tensor.shape);
  const { data } = tensor;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const result = new Int32Array(count);
  for (let index = 0; index < count; index += 1) {
    if (tensor.dtype === 'U8' || tensor.dtype === 'BOOL') result[index] = view.getUint8(index);
    else if (tensor.dtype === 'I32') result[index] = view.getInt32(index * 4, true);
    else if (tensor.dtype === 'I64') {
      const value = view.getBigInt64(index * 8, true);
      result[index] = Number(value);
      if (BigInt(result[index]!) !== value)
        throw new GranaryError('SAFETENSORS_INVALID', `The integer ${value} does not fit into 32 bits.`);
    } else {
      throw new GranaryError(
        'SAFETENSORS_INVALID',
        `An integer tensor was expected and ${tensor.dtype} found.`,
        'Save it as int64 or int32.',
      );
    }
  }
  return result;
}
