import type { ImageSize } from '../../shared/image-size.ts';
import type { Augment } from '../../shared/records/run-config.ts';
import { type Geometry, type Window, composeGeometry, wholePicture } from './geometry.ts';
import { type Homography, compose, identity, scaling, writeTransform } from './homography.ts';

/** How each picture of a batch is drawn: what `augmentPixels` reads. */
export interface BatchView {
  /** [count, 8]: projective transforms from output to input pixel coordinates. */
  transforms: Float32Array;
  /** [count, 2]: contrast (a factor) and brightness (an offset, after the factor), both on logits of the pixels. */
  lighting: Float32Array;
}

/** Anything that draws uniformly from [0, 1): the run's seeded generator. */
export interface UniformSource {
  next(): number;
}

/** Aspect ratios of a random crop lie within this factor of the whole picture's, as in fastai and torchvision. */
const MAX_RATIO = 4 / 3;
const CROP_ATTEMPTS = 10;

/**
 * Draws one random view a picture, as fastai's `aug_transforms` with a random resized crop does: flip with probability
 * one half, then rotation, zoom and the two directions of the perspective warp with probability `pAffine` each, and a random
 * crop of the result; contrast and brightness with probability `pLighting` each. Pictures draw one after another, so the
 * same seed gives the same views however a batch is cut into micro-batches. Null means the plain view.
 *
 * Ranges, probabilities and order are those of fastai 2 (`fastai/vision/augment.py`), with two differences: all parts
 * are one transform and so interpolate once, and the crop is drawn for each picture, not for each batch.
 */
export function drawAugmentation(
  augment: Augment | null,
  options: { pixels: ImageSize; size: ImageSize; count: number; random: UniformSource },
): BatchView {
  const { pixels, size, count, random } = options;
  if (augment === null) return plainView(count, pixels, size);
  const transforms = new Float32Array(count * 8);
  const lighting = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    const map = composeGeometry(drawGeometry(augment, random), size);
    writeTransform(toPixels(map, pixels, size), transforms, i * 8);
    const contrast = drawContrast(augment, random);
    lighting[i * 2] = contrast;
    // fastai adds brightness first and multiplies by contrast after it.
    lighting[i * 2 + 1] = drawBrightness(augment, random) * contrast;
  }
  return { transforms, lighting };
}

/** The view that judges: the whole picture, brought to `size` and otherwise untouched. */
export function plainView(count: number, pixels: ImageSize, size: ImageSize): BatchView {
  const transforms = new Float32Array(count * 8);
  const lighting = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    writeTransform(toPixels(identity, pixels, size), transforms, i * 8);
    lighting[i * 2] = 1;
  }
  return { transforms, lighting };
}

/** Turns a map of the unit square onto itself into one from the output's pixels to the input's. */
function toPixels(map: Homography, pixels: ImageSize, size: ImageSize): Homography {
  return compose(
    compose(scaling(1 / size.width, 1 / size.height), map),
    scaling(pixels.width, pixels.height),
  );
}

/** Draws what `composeGeometry` puts together. */
function drawGeometry(augment: Augment, random: UniformSource): Geometry {
  const flip = augment.flip && random.next() < 0.5;
  const degrees = happens(augment.pAffine, random)
    ? uniform(-augment.maxRotate, augment.maxRotate, random)
    : 0;
  const zoomed = happens(augment.pAffine, random);
  // A zoom of z shows a window of 1/z of the picture, at a random place inside it.
  const share = zoomed ? 1 / uniform(augment.minZoom, augment.maxZoom, random) : 1;
  const [column, row] = zoomed ? [random.next(), random.next()] : [0.5, 0.5];
  const zoom: Window = {
    left: (1 - share) * column,
    top: (1 - share) * row,
    width: share,
    height: share,
  };
  const warp = { x: drawWarp(augment, random), y: drawWarp(augment, random) };
  return { flip, degrees, zoom, warp, crop: drawCrop(augment.minScale, random) };
}

/** One direction of the warp; without any, nothing is drawn. */
function drawWarp({ maxWarp, pAffine }: Augment, random: UniformSource): number {
  return maxWarp > 0 && happens(pAffine, random) ? uniform(-maxWarp, maxWarp, random) : 0;
}

/**
 * A random window with at least `minScale` of the picture's area and an aspect ratio within 3/4 to 4/3 of its own
 * (torchvision's and fastai's random resized crop); the whole picture when ten draws do not fit.
 */
function drawCrop(minScale: number, random: UniformSource): Window {
  if (minScale >= 1) return wholePicture;
  for (let attempt = 0; attempt < CROP_ATTEMPTS; attempt++) {
    const area = uniform(minScale, 1, random);
    const ratio = Math.exp(uniform(-Math.log(MAX_RATIO), Math.log(MAX_RATIO), random));
    const [width, height] = [Math.sqrt(area * ratio), Math.sqrt(area / ratio)];
    if (width <= 1 && height <= 1) {
      return { left: (1 - width) * random.next(), top: (1 - height) * random.next(), width, height };
    }
  }
  return wholePicture;
}

/** An offset on logits: the logit of a value around one half, as fastai's Brightness. */
function drawBrightness(augment: Augment, random: UniformSource): number {
  if (augment.maxLighting === 0 || !happens(augment.pLighting, random)) return 0;
  const limit = lightingLimit(augment);
  const value = uniform(0.5 * (1 - limit), 0.5 * (1 + limit), random);
  return Math.log(value / (1 - value));
}

/** A factor on logits, uniform on a logarithmic scale between 1 − max and its inverse, as fastai's Contrast. */
function drawContrast(augment: Augment, random: UniformSource): number {
  if (augment.maxLighting === 0 || !happens(augment.pLighting, random)) return 1;
  const limit = -Math.log(1 - lightingLimit(augment));
  return Math.exp(uniform(-limit, limit, random));
}

/** A maximum of exactly 1 would allow an infinite logit. */
function lightingLimit(augment: Augment): number {
  return Math.min(augment.maxLighting, 0.99);
}

function happens(probability: number, random: UniformSource): boolean {
  return random.next() < probability;
}

function uniform(low: number, high: number, random: UniformSource): number {
  return low + (high - low) * random.next();
}
