import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BYTES_TYPE, type NativeBinding, dataTypes, nativeBinding } from './attributes.ts';
import { GranaryError } from '../../shared/errors.ts';
import { setUpAgain } from '../files/packaged.ts';
import { TAG } from './saved-model.ts';

/** What is fed to a placeholder. The array's type must be the placeholder's: Uint8Array feeds uint8. */
export interface Feed {
  name: string;
  shape: readonly number[];
  values: Float32Array | Int32Array | Uint8Array;
}

/** A scalar string fed to a placeholder, such as a file's content. It is copied. */
export interface BytesFeed {
  name: string;
  bytes: Uint8Array;
}

export type FetchedArray = Float32Array | Int32Array | Uint8Array;

function dataTypeOf(values: Feed['values']): number {
  if (values instanceof Float32Array) return dataTypes.float32;
  return values instanceof Int32Array ? dataTypes.int32 : dataTypes.uint8;
}

/** An addon from before an update lacks ops that the code now uses: that is for set-up to mend. */
function forOldAddon(error: Error): Error {
  if (!/Op type not registered 'Granary/.test(error.message)) return error;
  return new GranaryError(
    'NATIVE_BROKEN',
    "TensorFlow's addon is older than this version of Granary.",
    setUpAgain(),
    { cause: error },
  );
}

/**
 * A loaded SavedModel: one TensorFlow session, with its variables, until it is disposed. A run is one native call, which
 * blocks. Numbers that are fed are not copied on the way in, what is fetched is copied once; no tensor outlives a run.
 */
export class Session {
  readonly #binding: NativeBinding = nativeBinding();
  #id: number | null;

  constructor(savedModel: Uint8Array) {
    // The addon reads a folder; its content is not needed once the graph is in the session.
    const folder = mkdtempSync(join(tmpdir(), 'granary-graph-'));
    try {
      writeFileSync(join(folder, 'saved_model.pb'), savedModel);
      this.#id = this.#binding.loadSavedModel(folder, TAG);
    } catch (error) {
      throw forOldAddon(error as Error);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Runs what the fetches need.
   * @param fetches node names, or `node:output`
   * @returns one array a fetch, in their order
   * @throws Error with TensorFlow's message
   */
  run(feeds: readonly (Feed | BytesFeed)[], fetches: readonly string[]): FetchedArray[] {
    if (this.#id === null) throw new Error('The session has been disposed.');
    const fed: number[] = [];
    try {
      for (const feed of feeds) {
        fed.push(
          'bytes' in feed
            ? this.#binding.createTensor([], BYTES_TYPE, [feed.bytes])
            : this.#binding.createTensor([...feed.shape], dataTypeOf(feed.values), feed.values),
        );
      }
      const names = feeds.map(({ name }) => name).join();
      const outputs = this.#binding.runSavedModel(this.#id, fed, names, fetches.join());
      return outputs.map(({ id }) => {
        const values = this.#binding.tensorDataSync(id);
        this.#binding.deleteTensor(id);
        return values;
      });
    } finally {
      for (const id of fed) this.#binding.deleteTensor(id);
    }
  }

  /** Frees the session with its variables. */
  dispose(): void {
    if (this.#id !== null) this.#binding.deleteSavedModel(this.#id);
    this.#id = null;
  }
}
