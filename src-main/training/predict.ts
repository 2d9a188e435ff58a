import type { ImageSize } from '../../shared/image-size.ts';
import type { Augment } from '../../shared/records/run-config.ts';
import type { Random } from '../dataset/random.ts';
import { type BatchView, drawAugmentation, plainView } from '../preprocess/augment.ts';
import { type LabelledPictures, evaluationRows, readBatches } from './batches.ts';
import { combineViews, softmaxPerTarget } from './probabilities.ts';
import type { Program } from './program/index.ts';

/** What evaluation needs to know, the same for every set of pictures. */
export interface Evaluator {
  program: Program;
  evalBatch: number;
  /** Classes of each target. */
  targets: readonly number[];
  pixels: ImageSize;
  size: ImageSize;
  /** Lets messages in between two native calls; throws when the run was cancelled. */
  breathe(): Promise<void>;
  /** Told after each native call how many pictures it saw and what it took. */
  evaluated(images: number, seconds: number): void;
}

/** Probabilities of each target, plain and with test-time augmentation: [pictures, classes] each. */
export interface SetProbabilities {
  plain: Float32Array[];
  tta: Float32Array[] | null;
}

/** Probabilities of each target for every picture, in one view a picture. */
export async function predictView(
  evaluator: Evaluator,
  pictures: LabelledPictures,
  draw: (count: number) => BatchView,
): Promise<Float32Array[]> {
  const width = evaluator.targets.reduce((sum, classes) => sum + classes, 0);
  const logits = new Float32Array(pictures.places.length * width);
  let done = 0;
  for (const batch of readBatches(pictures, evaluationRows(pictures.places.length, evaluator.evalBatch))) {
    const began = performance.now();
    const view = draw(batch.count);
    logits.set(evaluator.program.evaluate({ ...batch, ...view }).logits, done * width);
    done += batch.count;
    evaluator.evaluated(batch.count, (performance.now() - began) / 1000);
    await evaluator.breathe();
  }
  return softmaxPerTarget(logits, evaluator.targets);
}

/** The plain view alone: what each epoch's validation uses. */
export function predictPlain(evaluator: Evaluator, pictures: LabelledPictures): Promise<Float32Array[]> {
  return predictView(evaluator, pictures, (count) => plainView(count, evaluator.pixels, evaluator.size));
}

/**
 * The plain view and test-time augmentation as fastai does it: `views` draws of the *training* augmentation and the plain view,
 * combined by `beta` (see {@link combineViews}).
 * @param options.views 0 switches it off
 */
export async function predictSet(
  evaluator: Evaluator,
  pictures: LabelledPictures,
  options: { augment: Augment | null; views: number; beta: number; random: Random },
): Promise<SetProbabilities> {
  const { augment, views, beta, random } = options;
  const { pixels, size } = evaluator;
  const plain = await predictPlain(evaluator, pictures);
  if (views === 0) return { plain, tta: null };
  // Without augmentation every view is the plain one.
  if (augment === null) return { plain, tta: plain };
  const drawn: Float32Array[][] = [];
  for (let i = 0; i < views; i++) {
    const source = random.fork(`view-${i}`);
    drawn.push(
      await predictView(evaluator, pictures, (count) =>
        drawAugmentation(augment, { pixels, size, count, random: source }),
      ),
    );
  }
  const tta = plain.map((table, target) =>
    combineViews(
      table,
      drawn.map((view) => view[target]!),
      beta,
    ),
  );
  return { plain, tta };
}
