import { elementCount, type SafeDtype } from '../../../shared/safetensors/index.ts';
import {
  type Constructor,
  type PickleValue,
  type StorageRef,
  type TensorRef,
  pickleInvalid,
} from './pickle-values.ts';

/** Types of storage that weights come in, by PyTorch's name. */
const storageTypes: Readonly<Record<string, SafeDtype>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

function hasKind<K extends 'storage' | 'tensor' | 'constructor'>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

export function isTensor(value: PickleValue | undefined): value is TensorRef {
  return hasKind(value, 'tensor');
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`: every element must lie in the storage. */
function rebuildTensor(args: readonly PickleValue[]): TensorRef {
  const [storage, offset, shape, strides] = args;
  if (!hasKind(storage, 'storage') || !isCount(offset) || !isCounts(shape) || !isCounts(strides))
    throw pickleInvalid('a tensor is not described by storage, offset, size and strides');
  const count = elementCount(shape);
  const last = offset + shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis]!, 0);
  // More elements than the storage has would be one number repeated: a way to fill the memory, and no way to store weights.
  if (shape.length !== strides.length || count > storage.elements || (count > 0 && last >= storage.elements))
    throw pickleInvalid(
      `a tensor [${shape.join(', ')}] reaches beyond its storage of ${storage.elements} values`,
    );
  return { kind: 'tensor', storage, offset, shape, strides };
}

function orderedDict(args: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  const [items = []] = args;
  if (
    args.length > 1 ||
    !Array.isArray(items) ||
    !items.every((item) => Array.isArray(item) && item.length === 2)
  )
    throw pickleInvalid('an ordered dictionary is not made of pairs');
  return new Map(items as [PickleValue, PickleValue][]);
}

function parameter(args: readonly PickleValue[]): TensorRef {
  if (!isTensor(args[0])) throw pickleInvalid('a parameter is not made of a tensor');
  return args[0];
}

/** Everything that a pickle of weights may name. */
const constructors = new Map<string, Constructor>(
  [
    { name: 'collections.OrderedDict', call: orderedDict },
    { name: 'torch._utils._rebuild_tensor_v2', call: rebuildTensor },
    { name: 'torch._utils._rebuild_parameter', call: parameter },
    ...Object.keys(storageTypes).map((name) => ({ name })),
  ].map((constructor) => [constructor.name, { kind: 'constructor', ...constructor }]),
);

export function torchConstructor(name: string): Constructor | undefined {
  return constructors.get(name);
}

/** The storage that a persistent id `('storage', type, key, location, elements, None)` stands for. */
export function storageOf(id: PickleValue): StorageRef {
  if (Array.isArray(id)) {
    const [tag, type, key, , elements, view = null] = id;
    const dtype = hasKind(type, 'constructor') ? storageTypes[type.name] : undefined;
    if (
      tag === 'storage' &&
      dtype !== undefined &&
      typeof key === 'string' &&
      isCount(elements) &&
      view === null
    )
      return { kind: 'storage', key, dtype, elements };
  }
  throw pickleInvalid('a storage is not described by type, key, place and length');
}
