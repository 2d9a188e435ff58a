import { type SafeTensor, elementCount, safeDtypeBytes } from '../../../shared/safetensors/index.ts';
import { type PickleValue, type StorageRef, type TensorRef, pickleInvalid } from './pickle-values.ts';
import { isTensor } from './torch-constructors.ts';

/** Where training scripts keep the weights in a checkpoint, in timm's order of preference: the averaged ones first. */
const nests = ['state_dict_ema', 'model_ema', 'state_dict', 'model', 'module'];
/** What wrappers put before every name: DataParallel, torch.compile. */
const wrappers = ['module.', '_orig_mod.'];

/** The named tensors of a checkpoint: itself, or the state dictionary in it. @throws GranaryError PICKLE_INVALID */
export function namedTensors(value: PickleValue): Map<string, TensorRef> {
  let state = value;
  // A dictionary of dictionaries as deep as any script makes them; a pickle may also hold itself.
  for (let depth = 0; depth < 4 && state instanceof Map; depth += 1) {
    const inner: PickleValue | undefined = nests
      .map((name) => (state as Map<PickleValue, PickleValue>).get(name))
      .find((found) => found instanceof Map);
    if (inner === undefined) break;
    state = inner;
  }
  if (!(state instanceof Map)) throw pickleInvalid('it holds no dictionary of tensors');
  const tensors = new Map<string, TensorRef>();
  for (const [name, tensor] of state) {
    if (typeof name !== 'string' || !isTensor(tensor))
      throw pickleInvalid(
        `its entry ${typeof name === 'string' ? `"${name}" ` : ''}is no named tensor; state dictionaries are read, alone or under ${nests.join(', ')}`,
      );
    tensors.set(name, tensor);
  }
  return unwrapped(tensors);
}

function unwrapped(tensors: Map<string, TensorRef>): Map<string, TensorRef> {
  const wrapper = wrappers.find(
    (prefix) => tensors.size > 0 && [...tensors.keys()].every((name) => name.startsWith(prefix)),
  );
  if (wrapper === undefined) return tensors;
  return unwrapped(new Map([...tensors].map(([name, tensor]) => [name.slice(wrapper.length), tensor])));
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
 * A tensor whose bytes are taken from its storage when they are asked for, row-major; contiguous ones are views of what
 * `storageOf` gives.
 */
export function lazyTensor(tensor: TensorRef, storageOf: (ref: StorageRef) => Uint8Array): SafeTensor {
  const { dtype } = tensor.storage;
  const width = safeDtypeBytes[dtype];
  return {
    dtype,
    shape: [...tensor.shape],
    get data() {
      const storage = storageOf(tensor.storage);
      if (!isContiguous(tensor)) return gather(tensor, storage, width);
      const start = tensor.offset * width;
      return storage.subarray(start, start + elementCount(tensor.shape) * width);
    },
  };
}
