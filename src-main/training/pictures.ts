import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { ImageRecord, Manifest } from '../../shared/records/dataset.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import type { ImageSize } from '../../shared/image-size.ts';
import type { Split } from '../dataset/splits.ts';
import { type PixelCache, openPixelCache } from '../preprocess/pixel-cache.ts';
import type { LabelledPictures } from './batches.ts';

export const setNames = ['train', 'valid', 'holdout', 'test'] as const;
export type SetName = (typeof setNames)[number];

/** A run's sets of pictures. Only `train` is learnt from. */
export type PictureSets = Record<SetName, ImageRecord[]>;

/** Looks the split's ids up in the manifest. */
export function pictureSets(manifest: Manifest, split: Split): PictureSets {
  const byId = new Map(manifest.train.map((record) => [record.id, record]));
  const find = (ids: readonly string[]): ImageRecord[] => ids.map((id) => byId.get(id)!);
  return {
    train: find(split.train),
    valid: find(split.valid),
    holdout: find(split.holdout),
    test: [...manifest.test],
  };
}

/** A run's pictures, decoded and ready to be read by set. Close it. */
export class RunPictures {
  readonly #cache: PixelCache;
  readonly #sets: Record<SetName, LabelledPictures>;

  constructor(cache: PixelCache, sets: Record<SetName, LabelledPictures>) {
    this.#cache = cache;
    this.#sets = sets;
  }

  labelled(set: SetName): LabelledPictures {
    return this.#sets[set];
  }

  close(): void {
    this.#cache.close();
  }
}

/**
 * Decodes what is missing in the workspace's cache, and opens it. One cache serves all sets; a picture's place in it is its place
 * among all records, so that test pictures may have ids that training pictures have too.
 * @throws GranaryError as {@link openPixelCache}
 */
export async function openPictures(
  run: {
    root: string;
    config: RunConfig & { presize: ImageSize };
    sets: PictureSets;
    labels: Record<Exclude<SetName, 'test'>, Int32Array>;
    targets: readonly unknown[];
  },
  around: {
    workspace: string;
    signal: AbortSignal;
    desk: { tell(event: Extract<WorkerEvent, { type: 'progress' }>): void };
  },
): Promise<RunPictures> {
  const { config, sets, labels } = run;
  const cache = await openPixelCache({
    workspace: around.workspace,
    root: run.root,
    records: setNames.flatMap((set) => sets[set]),
    size: config.presize,
    resize: config.resize,
    padMode: config.padMode,
    signal: around.signal,
    onProgress: (progress) => around.desk.tell({ type: 'progress', ...progress }),
  });
  const targets = run.targets.length;
  let first = 0;
  const place = (set: SetName): LabelledPictures => {
    const count = sets[set].length;
    const places = Array.from({ length: count }, (_, i) => first + i);
    first += count;
    const table = set === 'test' ? new Int32Array(count * targets).fill(-1) : labels[set];
    return { cache, places, labels: table, targets };
  };
  // In the order of `setNames`, which the records are in.
  const [train, valid, holdout, test] = setNames.map(place) as [
    LabelledPictures,
    LabelledPictures,
    LabelledPictures,
    LabelledPictures,
  ];
  return new RunPictures(cache, { train, valid, holdout, test });
}
