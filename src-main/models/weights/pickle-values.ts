import { GranaryError } from '../../../shared/errors.ts';
import type { SafeDtype } from '../../../shared/safetensors/index.ts';

/** A name that a pickle may use. Without `call` it can only be mentioned (the type of a storage). */
export interface Constructor {
  readonly kind: 'constructor';
  readonly name: string;
  readonly call?: (args: readonly PickleValue[]) => PickleValue;
}

/** A block of numbers that follows the pickle, by its key. */
export interface StorageRef {
  readonly kind: 'storage';
  readonly key: string;
  readonly dtype: SafeDtype;
  readonly elements: number;
}

/** A view of a storage; offset and strides count elements. */
export interface TensorRef {
  readonly kind: 'tensor';
  readonly storage: StorageRef;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** All that a pickle can hold here. Tuples and lists are arrays, dictionaries (ordered or not) are Maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Constructor
  | StorageRef
  | TensorRef;

/** A pickle that is damaged, or that is not PyTorch's. */
export function pickleInvalid(what: string): GranaryError {
  return new GranaryError(
    'PICKLE_INVALID',
    `Not a sound PyTorch weights file: ${what}.`,
    'The file may be damaged or cut short: get it again. Files of another kind must be converted to safetensors first.',
  );
}

/** A pickle that asks for something which weights do not need, such as to run code. */
export function pickleRefused(what: string): GranaryError {
  return new GranaryError(
    'PICKLE_REFUSED',
    `The file asks for ${what}, which weights have no need of. It was not read; none of it was run.`,
    'Do not open this file with other programs unless you trust its source. Ask for the weights as safetensors.',
  );
}
