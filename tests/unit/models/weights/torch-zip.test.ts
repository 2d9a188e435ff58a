import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { GranaryError } from '../../../../shared/errors.ts';
import { decodeSafetensors, float32Tensor, float32Values } from '../../../../shared/safetensors/index.ts';
import { encodeSafetensors } from '../../../../shared/safetensors/index.ts';
import { readWeightsFile } from '../../../../src-main/models/weights.ts';

const fixtures = join(__dirname, '..', '..', '..', 'fixtures', 'models');
const folder = mkdtempSync(join(tmpdir(), 'granary-torch-zip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Entry {
  name: string;
  data: Buffer;
  method?: number;
  /** What the directory says where it lies. */
  claims?: { size?: number; offset?: number; crc?: number; localName?: string };
}

/** A zip archive, honest or not. */
function zip(entries: Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 0, claims = {} } of entries) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    const localName = Buffer.from(claims.localName ?? name);
    local.writeUInt16LE(localName.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(claims.crc ?? crc32(data), 16);
    central.writeUInt32LE(claims.size ?? data.length, 20);
    central.writeUInt32LE(claims.size ?? data.length, 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE(claims.offset ?? at, 42);
    directory.push(central, Buffer.from(name));
    parts.push(local, localName, data);
    at += local.length + localName.length + data.length;
  }
  const names = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(names.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, names, end]);
}

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1')));
const text = (value: string): number[] => [0x58, value.length, 0, 0, 0, ...Buffer.from(value)];
const proto = [0x80, 2];
/** {"w": tensor of 4 float32 in storage `key`} */
const pickle = (key = '0', elements = 4): Buffer =>
  bytes(
    [...proto, 0x7d, ...text('w')],
    'ctorch._utils\n_rebuild_tensor_v2\n((',
    [...text('storage')],
    'ctorch\nFloatStorage\n',
    [...text(key), ...text('cpu'), 0x4b, elements],
    't',
    [0x51, 0x4b, 0, 0x4b, 4, 0x85, 0x4b, 1, 0x85, 0x89],
    'ccollections\nOrderedDict\n)RtRs.',
  );
const numbers = Buffer.from(new Float32Array([1, 2, 3, 4]).buffer);
const archive = (data: Buffer, ...rest: Entry[]): Entry[] => [{ name: 'a/data.pkl', data }, ...rest];
const storage: Entry = { name: 'a/data/0', data: numbers };

function read(content: Buffer): ReturnType<typeof readWeightsFile>['tensors'] {
  const path = join(folder, 'w.pth');
  writeFileSync(path, content);
  return readWeightsFile(path).tensors;
}

function thrown(content: Buffer): GranaryError {
  try {
    for (const { data } of read(content).values()) expect(data).toBeDefined();
  } catch (error) {
    expect(error).toBeInstanceOf(GranaryError);
    return error as GranaryError;
  }
  throw new Error('The file was read.');
}

describe('a checkpoint in the zip format', () => {
  it('is read as PyTorch reads it: nested, wrapped, permuted, views, all types', () => {
    const { tensors } = readWeightsFile(join(fixtures, 'torch-zip.pth'));
    const expected = decodeSafetensors(readFileSync(join(fixtures, 'torch-state.safetensors'))).tensors;
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { dtype, shape, data }] of expected) {
      const tensor = tensors.get(name)!;
      expect([tensor.dtype, tensor.shape], name).toEqual([dtype, shape]);
      expect(Buffer.from(tensor.data).equals(Buffer.from(data)), name).toBe(true);
    }
  });

  it('is read when written by hand', () => {
    const tensors = read(zip(archive(pickle(), storage)));
    expect([...float32Values(tensors.get('w')!)]).toEqual([1, 2, 3, 4]);
  });

  const marker = join(folder, 'owned');
  const call = (name: string): Buffer => bytes(proto, `c${name}\n(`, text(`touch ${marker}`), 'tR.');
  it.each<[string, Buffer, RegExp]>([
    ['os.system', call('os\nsystem'), /"os\.system"/],
    ['eval', call('builtins\neval'), /"builtins\.eval"/],
    [
      'a name by protocol 4',
      bytes([0x80, 4, 0x8c, 2], 'os', [0x8c, 6], 'system', [0x93], '.'),
      /"os\.system"/,
    ],
    ['a persistent id in text', bytes(proto, 'Pos.system\n.'), /PERSID/],
    ['state on an object', bytes(proto, ']}b.'), /attributes/],
    ['an object of a class', bytes(proto, 'ccollections\nOrderedDict\n)', [0x81], '.'), /NEWOBJ/],
    ["a script's arguments", call('argparse\nNamespace'), /"argparse\.Namespace"/],
  ])('is refused, and nothing of it is run, when it asks for %s', (_, data, message) => {
    const error = thrown(zip(archive(data, storage)));
    expect([error.code, error.message]).toEqual(['PICKLE_REFUSED', expect.stringMatching(message)]);
    expect(() => readFileSync(marker)).toThrow('ENOENT');
  });

  const good = zip(archive(pickle(), storage));
  it.each<[string, Buffer, RegExp]>([
    ['no pickle', zip([storage]), /no data\.pkl/],
    ['two pickles', zip([...archive(pickle(), storage), { name: 'b/data.pkl', data: pickle() }]), /several/],
    ['a persistent id that is no storage', zip(archive(bytes(proto, text('x'), 'Q.'))), /not described/],
    ['a storage that is not there', zip(archive(pickle('../../etc/passwd'), storage)), /is missing/],
    ['a storage of another size', zip(archive(pickle('0', 5), storage)), /16 bytes where 5/],
    ['a name given twice', zip(archive(pickle(), storage, storage)), /twice/],
    ['a compressed entry', zip(archive(pickle(), { ...storage, method: 8 })), /compressed/],
    [
      'a size beyond the archive',
      zip(archive(pickle(), { ...storage, claims: { size: 2 ** 31 } })),
      /beyond/,
    ],
    [
      'an offset beyond the archive',
      zip(archive(pickle(), { ...storage, claims: { offset: 1e6 } })),
      /beyond/,
    ],
    [
      'another name at the bytes',
      zip(archive(pickle(), { ...storage, claims: { localName: 'a/data/1' } })),
      /another name/,
    ],
    [
      'shared bytes',
      zip([{ name: 'a/x', data: numbers, claims: { size: 100 } }, ...archive(pickle(), storage)]),
      /shares/,
    ],
    ['a wrong checksum', zip(archive(pickle(), { ...storage, claims: { crc: 7 } })), /checksum/],
    [
      'big-endian numbers',
      zip(archive(pickle(), storage, { name: 'a/byteorder', data: Buffer.from('big') })),
      /big-endian/,
    ],
    ['bytes behind the pickle', zip(archive(Buffer.concat([pickle(), numbers]), storage)), /follow/],
    ['a cut archive', good.subarray(0, good.length - 30), /no end/],
  ])('is called invalid with %s', (_, content, message) => {
    const error = thrown(content);
    expect([error.code, error.message]).toEqual(['PICKLE_INVALID', expect.stringMatching(message)]);
  });

  it('never throws anything but a GranaryError on a disturbed file', () => {
    for (let at = 4; at < good.length; at += 1) {
      const bad = Buffer.from(good);
      bad[at]! ^= 0x55;
      try {
        for (const { data } of read(bad).values()) expect(data.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(GranaryError);
      }
    }
  });
});

describe('a safetensors file on the disk', () => {
  const path = join(folder, 'w.safetensors');
  const content = encodeSafetensors({
    metadata: { a: 'b' },
    tensors: new Map([['x', float32Tensor([2], new Float32Array([1, 2]))]]),
  });

  it('is checked as a whole and read tensor by tensor', () => {
    writeFileSync(path, content);
    const { metadata, tensors } = readWeightsFile(path);
    expect([metadata, [...float32Values(tensors.get('x')!)]]).toEqual([{ a: 'b' }, [1, 2]]);
    writeFileSync(path, content.subarray(0, content.length - 1));
    expect(() => float32Values(tensors.get('x')!)).toThrow(/changed or went away/);
    expect(() => readWeightsFile(path)).toThrow(expect.objectContaining({ code: 'SAFETENSORS_INVALID' }));
  });

  it('is not found where there is a folder or nothing', () => {
    for (const wrong of [folder, join(folder, 'none')])
      expect(() => readWeightsFile(wrong)).toThrow(expect.objectContaining({ code: 'WEIGHTS_NOT_FOUND' }));
  });
});
