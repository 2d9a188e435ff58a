import { elementCount, safeDtypeBytes, type SafeTensor } from '../../../shared/safetensors/index.ts';
import { ByteReader } from './byte-reader.ts';
import { type PickleValue, type StorageRef, type TensorRef, pickleInvalid } from './pickle-values.ts';
import { isTensor, storageOf, torchConstructor } from './torch-constructors.ts';
import { type PickleWorld, unpickle } from './unpickle.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** Plain data only: the headers name nothing. */
const plain: PickleWorld = {
  constructorOf: () => undefined,
  persistent: () => {
    throw pickleInvalid('its header refers to a storage');
  },
};

/** The numbers of each storage: key by key, its length (int64) and its values. */
function readStorages(reader: ByteReader, referred: Map<string, StorageRef>): Map<string, Uint8Array> {
  const keys = unpickle(reader, plain);
  if (!Array.isArray(keys)) throw pickleInvalid('it has no list of storages');
  const storages = new Map<string, Uint8Array>();
  for (const key of keys) {
    const storage = typeof key === 'string' ? referred.get(key) : undefined;
    if (storage === undefined || storages.has(storage.key))
      throw pickleInvalid(`it lists a storage that no tensor uses, or one twice`);
    const elements = reader.int64();
    if (elements !== BigInt(storage.elements))
      throw pickleInvalid(
        `storage ${storage.key} has ${elements} values where ${storage.elements} were said`,
      );
    storages.set(storage.key, reader.bytes(storage.elements * safeDtypeBytes[storage.dtype]));
  }
  if (storages.size !== referred.size) throw pickleInvalid('some of its storages are missing');
  if (reader.remaining > 0) throw pickleInvalid(`${reader.remaining} bytes follow its last storage`);
  return storages;
}

function isContiguous({ shape, strides }: TensorRef): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** Row-major bytes of a tensor whose elements lie in another order (convolutions that came from TensorFlow). */
function gather({ shape, strides, offset }: TensorRef, storage: Uint8Array, width: number): Uint8Array {
  const result = new Uint8Array(elementCount(shape) * width);
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let to = 0; to < result.length; to += width) {
    for (let byte = 0; byte < width; byte += 1) result[to + byte] = storage[from * width + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      from += strides[axis]!;
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/**
 * Reads a state dictionary that `torch.save` wrote in its old, non-zip format (until PyTorch 1.5): four pickles (magic number,
 * protocol, machine, objects), the list of storages, their values. The pickles run in an interpreter that can make tensors
 * and dictionaries and nothing else; no code of the file ever runs.
 * @returns tensors by name, in the file's order, row-major; contiguous ones are views into `bytes`
 * @throws GranaryError PICKLE_REFUSED naming what the file asks for, PICKLE_INVALID when it is damaged or something else
 */
export function readTorchFile(bytes: Uint8Array): Map<string, SafeTensor> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw pickleInvalid("it is a zip file, PyTorch's newer format, and only the older one is read");
  const reader = new ByteReader(bytes);
  const referred = new Map<string, StorageRef>();
  const world: PickleWorld = {
    constructorOf: torchConstructor,
    persistent(id) {
      const storage = storageOf(id);
      const known = referred.get(storage.key) ?? storage;
      if (known.dtype !== storage.dtype || known.elements !== storage.elements)
        throw pickleInvalid(`it describes storage ${storage.key} in two ways`);
      referred.set(storage.key, known);
      return known;
    },
  };
  // The magic number is read with the same world, so that a pickle of another kind is refused by the name that it uses.
  if (unpickle(reader, world) !== MAGIC) throw pickleInvalid('it has another magic number');
  if (unpickle(reader, plain) !== PROTOCOL) throw pickleInvalid(`its protocol is not ${PROTOCOL}`);
  const machine = unpickle(reader, plain);
  if (!(machine instanceof Map) || machine.get('little_endian') !== true)
    throw pickleInvalid('it was written on a big-endian machine');
  const state: PickleValue = unpickle(reader, world);
  if (!(state instanceof Map)) throw pickleInvalid('it holds no dictionary of tensors');
  const storages = readStorages(reader, referred);

  let gathered = 0;
  const tensors = new Map<string, SafeTensor>();
  for (const [name, tensor] of state) {
    if (typeof name !== 'string' || !isTensor(tensor))
      throw pickleInvalid(
        `its entry ${typeof name === 'string' ? `"${name}" ` : ''}is no named tensor; only plain state dictionaries are read`,
      );
    const { dtype, key } = tensor.storage;
    const width = safeDtypeBytes[dtype];
    const storage = storages.get(key)!;
    const size = elementCount(tensor.shape) * width;
    const contiguous = isContiguous(tensor);
    if (!contiguous) gathered += size;
    // Each view of a shared storage is copied: without a bound a small file could ask for all memory.
    if (gathered > 2 * bytes.length) throw pickleInvalid('its tensors are larger than the file');
    const start = tensor.offset * width;
    tensors.set(name, {
      dtype,
      shape: [...tensor.shape],
      data: contiguous ? storage.subarray(start, start + size) : gather(tensor, storage, width),
    });
  }
  return tensors;
}
