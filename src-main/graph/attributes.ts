import { tf } from './tf.ts';

/** Types that TensorFlow's ops take here, by TensorFlow.js' names; uint8 and bfloat16 only exist inside TensorFlow. */
export const dataTypes = { float32: 1, int32: 3, uint8: 4, int64: 9, bool: 10, bfloat16: 14 } as const;
export type DataTypeName = keyof typeof dataTypes;
/** TensorFlow's number of its type for strings of bytes, of which no tensor of TensorFlow.js is made here. */
export const BYTES_TYPE = 7;

/** An op's attribute as tfjs-node's addon takes it, still without its name. `type` is the addon's TF_ATTR_* number. */
export interface Attribute {
  type: number;
  value: boolean | number | string | number[];
}
export type Attributes = Record<string, Attribute>;

/** What the addon offers beyond TensorFlow.js' own API. One instance a process. */
export interface NativeBinding {
  TF_ATTR_STRING: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_Version: string;
  createTensor(
    shape: number[],
    dtype: number,
    /** One array a string for tensors of strings. */
    values: Float32Array | Int32Array | Uint8Array | Uint8Array[],
  ): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): { id: number }[];
}

let found: NativeBinding | undefined;

/** The addon itself, taken from the eager backend that loading tfjs-node registered. */
export function nativeBinding(): NativeBinding {
  found ??= (tf.engine().findBackend('tensorflow') as unknown as { binding: NativeBinding }).binding;
  return found;
}

/** Constructors of attributes, one a kind. */
export const attr = {
  type: (value: DataTypeName): Attribute => ({ type: nativeBinding().TF_ATTR_TYPE, value: dataTypes[value] }),
  bytesType: (): Attribute => ({ type: nativeBinding().TF_ATTR_TYPE, value: BYTES_TYPE }),
  bool: (value: boolean): Attribute => ({ type: nativeBinding().TF_ATTR_BOOL, value }),
  int: (value: number): Attribute => ({ type: nativeBinding().TF_ATTR_INT, value }),
  ints: (value: number[]): Attribute => ({ type: nativeBinding().TF_ATTR_INT, value }),
  float: (value: number): Attribute => ({ type: nativeBinding().TF_ATTR_FLOAT, value }),
  string: (value: string): Attribute => ({ type: nativeBinding().TF_ATTR_STRING, value }),
  shape: (value: number[]): Attribute => ({ type: nativeBinding().TF_ATTR_SHAPE, value }),
};
