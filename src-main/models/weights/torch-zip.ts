import { type SafeTensor, safeDtypeBytes } from '../../../shared/safetensors/index.ts';
import { ByteReader } from './byte-reader.ts';
import type { DiskFile } from './disk-file.ts';
import { type StorageRef, pickleInvalid } from './pickle-values.ts';
import { lazyTensor, namedTensors } from './torch-state.ts';
import { TorchWorld } from './torch-storages.ts';
import { unpickle } from './unpickle.ts';
import { type ZipEntry, readZipDirectory, readZipEntry } from './zip-directory.ts';

/** Names, shapes and places of some ten thousand tensors take a few megabytes. */
const MAX_PICKLE_BYTES = 64e6;

/**
 * Reads a checkpoint that `torch.save` wrote in its zip format (since PyTorch 1.6): a stored archive with `<name>/data.pkl`, the
 * pickle, and `<name>/data/<key>`, the numbers of each storage. The pickle runs in the interpreter that can make tensors
 * and dictionaries and nothing else; numbers are read from the disk when a tensor's `data` is asked for.
 * @returns tensors by name, in the file's order, row-major
 * @throws GranaryError PICKLE_REFUSED naming what the file asks for, PICKLE_INVALID when it is damaged or something else
 */
export function readTorchZip(file: DiskFile): Map<string, SafeTensor> {
  const entries = readZipDirectory(file);
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickleName] = pickles;
  if (pickleName === undefined || pickles.length > 1)
    throw pickleInvalid('its zip archive has no data.pkl, or several: PyTorch did not write it');
  const root = pickleName.slice(0, -'data.pkl'.length);
  const order = entries.get(`${root}byteorder`);
  if (
    order !== undefined &&
    (order.size > 16 || Buffer.from(readZipEntry(file, order)).toString() !== 'little')
  )
    throw pickleInvalid('it was written on a big-endian machine');
  const pickle = entries.get(pickleName)!;
  if (pickle.size > MAX_PICKLE_BYTES)
    throw pickleInvalid(`its data.pkl has ${pickle.size} bytes, too many for names`);

  const world = new TorchWorld();
  const reader = new ByteReader(readZipEntry(file, pickle));
  const state = unpickle(reader, world);
  if (reader.remaining > 0) throw pickleInvalid(`${reader.remaining} bytes follow the end of its pickle`);
  const places = new Map<string, ZipEntry>();
  for (const { key, dtype, elements } of world.referred.values()) {
    const entry = entries.get(`${root}data/${key}`);
    if (entry === undefined) throw pickleInvalid(`storage ${key} is missing`);
    if (entry.size !== elements * safeDtypeBytes[dtype])
      throw pickleInvalid(
        `storage ${key} has ${entry.size} bytes where ${elements} values of ${dtype} were said`,
      );
    places.set(key, entry);
  }

  // Several tensors may be views of one storage, one after another: the last one read is kept.
  let last: { key: string; bytes: WeakRef<Uint8Array> } | undefined;
  const storageOf = ({ key }: StorageRef): Uint8Array => {
    const known = last?.key === key ? last.bytes.deref() : undefined;
    if (known !== undefined) return known;
    const bytes = readZipEntry(file, places.get(key)!);
    last = { key, bytes: new WeakRef(bytes) };
    return bytes;
  };
  const tensors = new Map<string, SafeTensor>();
  for (const [name, tensor] of namedTensors(state)) tensors.set(name, lazyTensor(tensor, storageOf));
  return tensors;
}
