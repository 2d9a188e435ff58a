import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GranaryError } from '../../../../shared/errors.ts';
import { decodeSafetensors } from '../../../../shared/safetensors/index.ts';
import { readTorchFile } from '../../../../src-main/models/weights/torch-file.ts';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(__dirname, '..', '..', '..', 'fixtures', 'models', name)));
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))));

/** A pickle's length-prefixed text (BINUNICODE). */
const text = (value: string): number[] => [0x58, value.length, 0, 0, 0, ...Buffer.from(value)];
const proto = [0x80, 2];
const stop = '.';
const magic = [...proto, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const protocol = [...proto, 0x4d, 0xe9, 0x03, 0x2e];
const machine = [...proto, 0x7d, ...text('little_endian'), 0x88, 0x73, 0x2e];
const head = [...magic, ...protocol, ...machine];

interface TensorText {
  storage?: number[];
  offset?: number;
  shape?: number[];
  strides?: number[];
}

/** A file with one tensor "w" of a storage of four floats, described as the test likes. */
function oneTensor(
  { storage, offset = 0, shape = [4], strides = [1] }: TensorText,
  after?: number[],
): Uint8Array {
  const tuple = (values: number[]): number[] => [0x28, ...values.flatMap((value) => [0x4b, value]), 0x74];
  const id = storage ?? [
    ...[0x28, ...text('storage'), ...Buffer.from('ctorch\nFloatStorage\n')],
    ...[...text('0'), ...text('cpu'), 0x4b, 4, 0x4e, 0x74],
  ];
  const tensor = [
    ...[...Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n'), 0x28],
    ...[...id, 0x51, 0x4b, offset, ...tuple(shape), ...tuple(strides), 0x89],
    ...[...Buffer.from('ccollections\nOrderedDict\n'), 0x29, 0x52, 0x74, 0x52],
  ];
  const object = [...proto, 0x7d, ...text('w'), ...tensor, 0x73, 0x2e];
  const keys = [...proto, 0x5d, ...text('0'), 0x61, 0x2e];
  const numbers = [4, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer)];
  return bytes(head, object, after ?? [...keys, ...numbers]);
}

function thrown(file: Uint8Array): GranaryError {
  try {
    readTorchFile(file);
  } catch (error) {
    expect(error).toBeInstanceOf(GranaryError);
    return error as GranaryError;
  }
  throw new Error('The file was read.');
}

describe('readTorchFile', () => {
  it('reads every kind of tensor as PyTorch does: permuted, views, parameters, scalars, all types', () => {
    const tensors = readTorchFile(fixture('torch-state.pth'));
    const expected = decodeSafetensors(fixture('torch-state.safetensors')).tensors;
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { dtype, shape, data }] of expected) {
      const tensor = tensors.get(name)!;
      expect([tensor.dtype, tensor.shape], name).toEqual([dtype, shape]);
      expect(Buffer.from(tensor.data).equals(Buffer.from(data)), name).toBe(true);
    }
  });

  it('reads a file written by hand', () => {
    const tensor = readTorchFile(oneTensor({ shape: [2, 2], strides: [1, 2] })).get('w')!;
    expect([...new Float32Array(tensor.data.slice().buffer)]).toEqual([1, 3, 2, 4]);
  });

  describe('refuses, by name and without running it, a file that asks for', () => {
    const call = (global: string): (string | number[])[] => [global, '(', text('touch /tmp/owned'), 'tR.'];
    it.each<[string, Uint8Array, RegExp]>([
      ['os.system', bytes(head, proto, ...call('cos\nsystem\n')), /"os\.system"/],
      ['posix.system in place of the magic number', bytes("cposix\nsystem\n(S'id'\ntR."), /"posix\.system"/],
      ['eval', bytes(head, proto, ...call('c__builtin__\neval\n')), /"__builtin__\.eval"/],
      [
        'code in the header',
        bytes(magic, protocol, proto, ...call('csubprocess\nPopen\n')),
        /"subprocess\.Popen"/,
      ],
      ['something else of torch', bytes(head, proto, ...call('ctorch.hub\nload\n')), /"torch\.hub\.load"/],
      ['a name from the prototype', bytes(head, proto, ...call('c\nconstructor\n')), /"\.constructor"/],
      [
        'a name by protocol 4',
        bytes(
          head,
          [0x80, 4, 0x95],
          '\0\0\0\0\0\0\0\0',
          [0x8c, 2],
          'os',
          [0x94, 0x8c, 6],
          'system',
          [0x94, 0x93],
          stop,
        ),
        /"os\.system"/,
      ],
      ['an instance (INST)', bytes(head, proto, '(ios\nsystem\n.'), /"os\.system"/],
      ['OBJ', bytes(head, proto, '(cos\nsystem\no.'), /"os\.system"/],
      ['NEWOBJ', bytes(head, proto, 'ccollections\nOrderedDict\n)', [0x81], stop), /NEWOBJ/],
      ['an extension', bytes(head, proto, [0x82, 1], stop), /EXT1/],
      [
        'a call of a storage type',
        bytes(head, proto, 'ctorch\nFloatStorage\n)R.'),
        /call of "torch\.FloatStorage"/,
      ],
      ['state on another object', bytes(head, proto, ']}b.'), /attributes/],
    ])('%s', (_, file, message) => {
      const error = thrown(file);
      expect(error.code).toBe('PICKLE_REFUSED');
      expect(error.message).toMatch(message);
    });
  });

  const storage = (type: string, ...rest: number[][]): number[] => [
    ...[0x28, ...text('storage'), ...Buffer.from(type)],
    ...[...text('0'), ...text('cpu'), ...rest.flat(), 0x74],
  ];
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', bytes(''), /ends at byte 0/],
    ['text', bytes('{"hello": "world"}'), /no instruction/],
    ['another magic number', bytes(proto, [0x4b, 7], stop), /magic number/],
    ['another protocol', bytes(magic, proto, [0x4b, 7], stop), /protocol/],
    ['a big-endian machine', bytes(magic, protocol, proto, '}.'), /big-endian/],
    ['a list in place of a dictionary', bytes(head, proto, '].', proto, '].'), /no dictionary/],
    ['an entry that is no tensor', bytes(head, proto, '}', text('w'), 'N', 's.', proto, '].'), /"w"/],
    ['a stack that is empty', bytes(head, proto, stop), /not there/],
    ['a value taken from before a mark', bytes(head, proto, 'N(', [0x85], stop), /not there/],
    ['a list never opened', bytes(head, proto, 't.'), /never opened/],
    ['a memo never set', bytes(head, proto, 'h\x05.'), /value 5/],
    ['a key without a value', bytes(head, proto, '}(Nu.'), /key without/],
    ['a tensor beyond its storage', oneTensor({ offset: 1 }), /beyond its storage/],
    ['strides beyond the storage', oneTensor({ shape: [2, 2], strides: [3, 1] }), /beyond its storage/],
    ['one number repeated', oneTensor({ shape: [255], strides: [0] }), /beyond its storage/],
    ['fewer strides than sides', oneTensor({ shape: [2, 2], strides: [1] }), /beyond its storage/],
    [
      'a storage of fewer values',
      oneTensor({ storage: storage('ctorch\nFloatStorage\n', [0x4b, 5], [0x4e]) }),
      /where 5/,
    ],
    [
      'a storage without a type',
      oneTensor({ storage: storage('N', [0x4b, 4], [0x4e]) }),
      /storage is not described/,
    ],
    [
      'a view of a storage',
      oneTensor({ storage: storage('ctorch\nFloatStorage\n', [0x4b, 4], [0x29]) }),
      /not described/,
    ],
    ['no storages', oneTensor({}, [...proto, 0x5d, 0x2e]), /missing/],
    [
      'a storage that nobody uses',
      oneTensor({}, [...proto, 0x5d, ...text('9'), 0x61, 0x2e]),
      /no tensor uses/,
    ],
    ['bytes at the end', bytes([...oneTensor({})], [0]), /1 bytes follow/],
  ])('calls invalid: %s', (_, file, message) => {
    const error = thrown(file);
    expect(error.message).toMatch(message);
    expect(error.code).toBe('PICKLE_INVALID');
  });

  it('never throws anything but a GranaryError on a cut or disturbed file', () => {
    const good = fixture('torch-state.pth');
    for (let length = 0; length < good.length; length += 1) thrown(good.subarray(0, length));
    for (let at = 0; at < good.length; at += 1)
      for (const flip of [0x01, 0x55, 0xff]) {
        const bad = good.slice();
        bad[at]! ^= flip;
        try {
          readTorchFile(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(GranaryError);
        }
      }
  });

  it('survives nesting and sharing that are made to exhaust', () => {
    const deep = bytes(
      head,
      proto,
      [...new Array<number>(200_000).fill(0x5d)],
      [...new Array<number>(199_999).fill(0x61)],
      stop,
    );
    expect(thrown(deep).code).toBe('PICKLE_INVALID');
  });
});
