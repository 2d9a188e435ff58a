export { decodeSafetensors } from './decode.ts';
export { type SafeTensorsHeader, LENGTH_BYTES, decodeHeader, headerLength } from './header.ts';
export { encodeSafetensors, safetensorsPieces } from './encode.ts';
export {
  elementCount,
  safeDtypeBytes,
  type SafeDtype,
  type SafeTensor,
  type SafeTensorsFile,
} from './types.ts';
export { float32Tensor, float32Values, float64Values, int32Tensor, int32Values } from './values.ts';
