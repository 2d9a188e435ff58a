import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GranaryError } from '../../../../shared/errors.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  float32Values,
  float64Values,
  int32Tensor,
  int32Values,
  type SafeTensor,
} from '../../../../shared/safetensors/index.ts';

/** A file from a header as it is written, correct or not. */
function fileOf(header: string | object, dataBytes: number, claimedLength?: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(claimedLength ?? json.length));
  return new Uint8Array(Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
}

const f32 = (shape: number[], begin: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('decodeSafetensors', () => {
  it('gives back what encodeSafetensors wrote, names of any kind included', () => {
    const bytes = encodeSafetensors({
      metadata: { format: 'pt', note: 'ü "quoted"' },
      tensors: new Map<string, SafeTensor>([
        ['mask', { dtype: 'BOOL', shape: [3], data: new Uint8Array([1, 0, 1]) }],
        ['stem.0.weight', float32Tensor([2, 2], new Float32Array([1.5, -2, 3e-8, 4]))],
        ['__proto__', float32Tensor([], new Float32Array([7]))],
        ['1', int32Tensor([2], new Int32Array([-1, 5]))],
        ['empty', float32Tensor([0, 4], new Float32Array(0))],
      ]),
    });
    const file = decodeSafetensors(bytes);
    expect(file.metadata).toEqual({ format: 'pt', note: 'ü "quoted"' });
    expect([...file.tensors.keys()].sort()).toEqual(['1', '__proto__', 'empty', 'mask', 'stem.0.weight']);
    expect([...float32Values(file.tensors.get('stem.0.weight')!)]).toEqual([1.5, -2, Math.fround(3e-8), 4]);
    expect(file.tensors.get('__proto__')!.shape).toEqual([]);
    expect([...int32Values(file.tensors.get('1')!)]).toEqual([-1, 5]);
    expect([...int32Values(file.tensors.get('mask')!)]).toEqual([1, 0, 1]);
    expect(file.tensors.get('empty')!.data.length).toBe(0);
  });

  it('lays every tensor at a multiple of its element size', () => {
    const bytes = encodeSafetensors({
      metadata: {},
      tensors: new Map<string, SafeTensor>([
        ['odd', { dtype: 'U8', shape: [3], data: new Uint8Array(3) }],
        ['floats', float32Tensor([2], new Float32Array(2))],
      ]),
    });
    expect(decodeSafetensors(bytes).tensors.get('floats')!.data.byteOffset % 4).toBe(0);
  });

  it('reads what the reference implementation wrote', () => {
    const path = join(__dirname, '..', '..', '..', 'fixtures', 'models', 'reference.safetensors');
    const { tensors, metadata } = decodeSafetensors(new Uint8Array(readFileSync(path)));
    expect(metadata).toEqual({ made_by: 'safetensors' });
    const expected = [0.5, -1.25, 65504, 0];
    for (const name of ['f64', 'f32', 'f16'])
      expect([...float32Values(tensors.get(name)!)], name).toEqual(expected);
    expect([...float32Values(tensors.get('bf16')!)]).toEqual([0.5, -1.25, 65536, 0]);
    expect([...float32Values(tensors.get('f16_special')!)]).toEqual([2 ** -24, -Infinity, NaN]);
    for (const name of ['i64', 'i32']) expect([...int32Values(tensors.get(name)!)], name).toEqual([3, -7]);
    expect([...int32Values(tensors.get('u8')!)]).toEqual([0, 255]);
    expect([...int32Values(tensors.get('bool')!)]).toEqual([1, 0]);
  });

  const whole = { a: f32([2], 0, 8), b: f32([1], 8, 12) };
  it.each<[string, Uint8Array, RegExp]>([
    ['fewer than 8 bytes', new Uint8Array(5), /5 bytes/],
    ['a header length beyond the limit', fileOf(whole, 12, 2 ** 40), /limit/],
    ['a header length beyond the file', fileOf(whole, 12, 5000), /claims 5000 bytes/],
    ['a header that is no object', fileOf('[]', 0), /begin with \{/],
    ['a header that is no JSON', fileOf('{"a":', 0), /not JSON/],
    ['a header that is not UTF-8', new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d]), /not JSON/],
    [
      'a name given twice',
      fileOf(`{"a":${JSON.stringify(f32([0], 0, 0))},"\\u0061":${JSON.stringify(f32([2], 0, 8))}}`, 8),
      /"a" twice/,
    ],
    ['an overlap', fileOf({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), /"b" overlaps/],
    ['the same bytes twice', fileOf({ a: f32([2], 0, 8), b: f32([2], 0, 8) }, 8), /overlaps/],
    ['a hole', fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /4 bytes before tensor "b"/],
    ['bytes left over', fileOf(whole, 16), /4 bytes at its end/],
    ['data cut short', fileOf(whole, 10), /"b" spans/],
    ['offsets the wrong way round', fileOf({ a: f32([0], 4, 0) }, 4), /"a" spans/],
    ['a shape that needs other bytes', fileOf({ a: f32([3], 0, 8) }, 8), /needs 12 bytes and has 8/],
    ['a shape that overflows', fileOf({ a: f32([2 ** 52, 2 ** 52], 0, 8) }, 8), /needs/],
    ['a negative side', fileOf({ a: f32([-2, -1], 0, 8) }, 8), /described by/],
    ['a fractional offset', fileOf({ a: f32([1], 0.5, 4.5) }, 5), /described by/],
    ['an unknown type', fileOf({ a: { ...f32([8], 0, 8), dtype: 'F8_E4M3' } }, 8), /F8_E4M3/],
    ['a type from the prototype', fileOf({ a: { ...f32([8], 0, 8), dtype: 'toString' } }, 8), /toString/],
    ['an unknown field', fileOf({ a: { ...f32([2], 0, 8), code: 'x' } }, 8), /described by/],
    ['metadata that is not text', fileOf({ __metadata__: { a: 1 } }, 0), /__metadata__/],
  ])('refuses %s', (_, bytes, message) => {
    const decode = () => decodeSafetensors(bytes);
    expect(decode).toThrow(message);
    expect(decode).toThrow(expect.objectContaining({ code: 'SAFETENSORS_INVALID' }));
  });

  it('never throws anything but a GranaryError on a cut or disturbed file', () => {
    const good = encodeSafetensors({
      metadata: { a: 'b' },
      tensors: new Map([
        ['x', float32Tensor([3], new Float32Array(3))],
        ['y', float32Tensor([1], new Float32Array(1))],
      ]),
    });
    for (let length = 0; length < good.length; length += 1)
      expect(() => decodeSafetensors(good.subarray(0, length))).toThrow(GranaryError);
    for (let at = 0; at < good.length; at += 1) {
      const bad = good.slice();
      bad[at]! ^= 0x55;
      try {
        decodeSafetensors(bad);
      } catch (error) {
        expect(error).toBeInstanceOf(GranaryError);
      }
    }
  });
});

describe('values', () => {
  it('copies float32 values that do not lie at a multiple of 4', () => {
    const backing = new Uint8Array(9);
    new DataView(backing.buffer).setFloat32(1, 1.5, true);
    new DataView(backing.buffer).setFloat32(5, -3, true);
    expect([...float32Values({ dtype: 'F32', shape: [2], data: backing.subarray(1) })]).toEqual([1.5, -3]);
  });

  it('copies them from a Node buffer, too, whose slice() would not', () => {
    const backing = Buffer.alloc(33);
    backing.writeDoubleLE(1.5, 9);
    backing.writeDoubleLE(-3, 17);
    const data = backing.subarray(9, 25);
    expect([...float64Values({ dtype: 'F64', shape: [2], data })]).toEqual([1.5, -3]);
    backing.writeFloatLE(2.5, 25);
    expect([...float32Values({ dtype: 'F32', shape: [1], data: backing.subarray(25, 29) })]).toEqual([2.5]);
    expect(() => float64Values(float32Tensor([1], new Float32Array(1)))).toThrow(/float64/);
  });

  it('refuses the wrong kind of number and integers beyond 32 bits', () => {
    const big = { dtype: 'I64', shape: [1], data: new Uint8Array(8).fill(0x7f) } satisfies SafeTensor;
    expect(() => int32Values(big)).toThrow(/32 bits/);
    expect(() => float32Values(big)).toThrow(/floating-point/);
    expect(() => int32Values(float32Tensor([1], new Float32Array(1)))).toThrow(/integer tensor/);
  });

  it('refuses to write bytes that do not fit the shape', () => {
    const tensors = new Map([
      ['a', { dtype: 'F32', shape: [3], data: new Uint8Array(8) } satisfies SafeTensor],
    ]);
    expect(() => encodeSafetensors({ metadata: {}, tensors })).toThrow(/cannot be written/);
  });
});
