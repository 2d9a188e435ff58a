import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { resolveArchitecture } from '../../shared/architectures/index.ts';
import { GranaryError } from '../../shared/errors.ts';
import { defaultPresize } from '../../shared/image-size.ts';
import type { RunHeader } from '../../shared/records/run-record.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { cancelled } from '../dataset/cancelled.ts';
import { Random } from '../dataset/random.ts';
import { matchWeights, readWeightsFile } from '../models/weights.ts';
import { type BatchView, drawAugmentation, plainView } from '../preprocess/augment.ts';
import { decodePicture } from '../preprocess/decode.ts';
import { combineViews, softmaxPerTarget } from './probabilities.ts';
import { Program, recordProgram } from './program/index.ts';

/** A picture on disk, of no dataset. */
export interface FilePicture {
  path: string;
  name: string;
  width: number;
  height: number;
  sha256: string;
}

/** Pictures of one native call: enough to keep the cores busy, few enough for any memory that trained the run. */
const BATCH = 16;

/**
 * Predicts pictures with a finished run's weights, by the same decoding, resizing and graph as its own evaluation.
 * Without test-time augmentation the numbers are those that the run stored for the same file. With it the views are drawn from the
 * run's seed and the picture's own hash, so a picture's answer does not depend on what else is predicted beside it.
 * @param folder the run's folder
 * @returns probabilities of each target, [pictures, classes]
 * @throws GranaryError WEIGHTS_NOT_FOUND, WEIGHTS_MISMATCH, IMAGE_UNREADABLE, CANCELLED
 */
export async function predictFiles(
  { folder, header }: { folder: string; header: RunHeader },
  pictures: readonly FilePicture[],
  options: { tta: boolean; signal?: AbortSignal; onPredicted?: (count: number) => void },
): Promise<Float32Array[]> {
  const { config } = header;
  const { info, tag } = resolveArchitecture(config.arch);
  const classes = header.targets.map((target) => target.classes.length);
  const width = classes.reduce((a, b) => a + b, 0);
  const pixels = config.presize ?? defaultPresize(config.size);
  const evalBatch = Math.min(BATCH, pictures.length);
  const recorded = recordProgram({
    arch: info.id,
    targets: classes,
    pixels,
    size: config.size,
    microBatch: evalBatch,
    evalBatch,
    train: false,
    accumulate: false,
    trainHead: false,
    labelSmoothing: 0,
    normalise: { mean: (tag ?? info).mean, std: (tag ?? info).std },
    lrGroups: 1,
    optimizer: { beta2: 0.99, epsilon: 1e-5 },
  });
  const { tensors } = readWeightsFile(join(folder, layout.run.weights));
  const { values } = matchWeights(recorded.parameters, recorded.statistics, tensors, { head: 'strict' });
  const program = Program.load(recorded);
  try {
    program.load(values);
    sharp.concurrency(1);
    sharp.cache(false);
    const output = classes.map((count) => new Float32Array(pictures.length * count));
    for (let start = 0; start < pictures.length; start += evalBatch) {
      if (options.signal?.aborted === true) throw cancelled();
      const chunk = pictures.slice(start, start + evalBatch);
      const { resize, padMode } = config;
      const decoded = await decodeChunk(chunk, { size: pixels, resize, padMode });
      const labels = new Int32Array(chunk.length * classes.length).fill(-1);
      const evaluate = (view: BatchView): Float32Array[] => {
        const { logits } = program.evaluate({ pixels: decoded, labels, ...view });
        return softmaxPerTarget(logits.subarray(0, chunk.length * width), classes);
      };
      const plain = evaluate(plainView(chunk.length, pixels, config.size));
      const views =
        options.tta && config.augment !== null
          ? Array.from({ length: config.ttaViews }, (_, i) => evaluate(drawViews(header, chunk, pixels, i)))
          : [];
      plain.forEach((table, t) => {
        const drawn = views.map((view) => view[t]!);
        const combined = drawn.length === 0 ? table : combineViews(table, drawn, config.ttaBeta);
        output[t]!.set(combined, start * classes[t]!);
      });
      options.onPredicted?.(chunk.length);
      // A native call blocks the thread: this lets a cancel in.
      await new Promise(setImmediate);
    }
    return output;
  } finally {
    program.dispose();
  }
}

/** One view a picture, from the picture's own stream. */
function drawViews(
  { config }: RunHeader,
  chunk: readonly FilePicture[],
  pixels: { height: number; width: number },
  view: number,
): BatchView {
  const all = plainView(chunk.length, pixels, config.size);
  chunk.forEach(({ sha256 }, i) => {
    const random = new Random(config.seed).fork(`predict-${sha256}`).fork(`view-${view}`);
    const one = drawAugmentation(config.augment, { pixels, size: config.size, count: 1, random });
    all.transforms.set(one.transforms, i * 8);
    all.lighting.set(one.lighting, i * 2);
  });
  return all;
}

/** Decoded pixels of some pictures one after another, as the pixel cache would hold them. */
async function decodeChunk(
  chunk: readonly FilePicture[],
  settings: Parameters<typeof decodePicture>[2],
): Promise<Uint8Array> {
  const { size, resize, padMode } = settings;
  const slot = size.height * size.width * 3;
  const all = new Uint8Array(chunk.length * slot);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < chunk.length) {
      const i = next++;
      const picture = chunk[i]!;
      const bytes = await readFile(picture.path).catch((error: NodeJS.ErrnoException) => {
        throw new GranaryError('IMAGE_UNREADABLE', `${picture.path} cannot be read (${error.code ?? ''}).`);
      });
      all.set(await decodePicture(bytes, picture, { size, resize, padMode }, picture.name), i * slot);
    }
  };
  await Promise.all(Array.from({ length: Math.min(chunk.length, availableParallelism() + 1) }, lane));
  return all;
}
