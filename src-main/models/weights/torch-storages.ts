import type { PickleValue, StorageRef } from './pickle-values.ts';
import { pickleInvalid } from './pickle-values.ts';
import { storageOf, torchConstructor } from './torch-constructors.ts';
import type { PickleWorld } from './unpickle.ts';

/** The names that a pickle of weights may use, and the storages that it refers to, each described in one way only. */
export class TorchWorld implements PickleWorld {
  /** Key by key. */
  readonly referred = new Map<string, StorageRef>();
  readonly constructorOf = torchConstructor;

  persistent(id: PickleValue): PickleValue {
    const storage = storageOf(id);
    const known = this.referred.get(storage.key) ?? storage;
    if (known.dtype !== storage.dtype || known.elements !== storage.elements)
      throw pickleInvalid(`it describes storage ${storage.key} in two ways`);
    this.referred.set(storage.key, known);
    return known;
  }
}
