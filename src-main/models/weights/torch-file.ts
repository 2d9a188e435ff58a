import { type SafeTensor, elementCount, safeDtypeBytes } from '../../../shared/safetensors/index.ts';
import { ByteReader } from './byte-reader.ts';
import { type StorageRef, pickleInvalid } from './pickle-values.ts';
import { lazyTensor, namedTensors } from './torch-state.ts';
import { TorchWorld } from './torch-storages.ts';
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

/**
 * Reads a checkpoint that `torch.save` wrote in its old, non-zip format (until PyTorch 1.5): four pickles (magic number,
 * protocol, machine, objects), the list of storages, their values. The pickles run in an interpreter that can make tensors
 * and dictionaries and nothing else; no code of the file ever runs.
 * @returns tensors by name, in the file's order, row-major; contiguous ones are views into `bytes`, others are made at each use
 * @throws GranaryError PICKLE_REFUSED naming what the file asks for, PICKLE_INVALID when it is damaged or something else
 */
export function readTorchFile(bytes: Uint8Array): Map<string, SafeTensor> {
  const reader = new ByteReader(bytes);
  const world = new TorchWorld();
  // The magic number is read with the same world, so that a pickle of another kind is refused by the name that it uses.
  if (unpickle(reader, world) !== MAGIC) throw pickleInvalid('it has another magic number');
  if (unpickle(reader, plain) !== PROTOCOL) throw pickleInvalid(`its protocol is not ${PROTOCOL}`);
  const machine = unpickle(reader, plain);
  if (!(machine instanceof Map) || machine.get('little_endian') !== true)
    throw pickleInvalid('it was written on a big-endian machine');
  const state = unpickle(reader, world);
  if (!(state instanceof Map)) throw pickleInvalid('it holds no dictionary of tensors');
  const storages = readStorages(reader, world.referred);
  const tensors = new Map<string, SafeTensor>();
  let total = 0;
  for (const [name, tensor] of namedTensors(state)) {
    total += elementCount(tensor.shape) * safeDtypeBytes[tensor.storage.dtype];
    // A few bytes of pickle name a view: without a bound a small file could ask for all memory.
    if (total > 4 * bytes.length) throw pickleInvalid('its tensors are larger than the file');
    tensors.set(
      name,
      lazyTensor(tensor, ({ key }) => storages.get(key)!),
    );
  }
  return tensors;
}
