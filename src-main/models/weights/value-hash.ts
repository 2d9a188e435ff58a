import { createHash } from 'node:crypto';
import type { SafeTensor } from '../../../shared/safetensors/index.ts';

/** SHA-256 over every tensor's name, type, shape and values, in the names' order: whatever file they came in. */
export function valueHash(tensors: ReadonlyMap<string, SafeTensor>): string {
  const hash = createHash('sha256');
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!;
    hash.update(`${JSON.stringify([name, dtype, shape])}\n`);
    hash.update(data);
  }
  return hash.digest('hex');
}
