import type { ImageSize } from '../../shared/image-size.ts';
import {
  type Homography,
  compose,
  identity,
  inverse,
  mirror,
  quadrilateral,
  rotation,
  scaling,
  translation,
  window,
} from './homography.ts';

/** A part of the picture, in shares of its width and height. */
export interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const wholePicture: Window = { left: 0, top: 0, width: 1, height: 1 };

/** One drawing of everything that moves pixels. */
export interface Geometry {
  flip: boolean;
  /** Positive turns what is seen counter-clockwise. */
  degrees: number;
  /** The window that the zoom shows. */
  zoom: Window;
  /** fastai's magnitudes: `x` makes the left edge longer than the right, `y` the top longer than the bottom. */
  warp: { x: number; y: number };
  /** The window of the flipped, turned, zoomed and warped picture that is seen in the end. */
  crop: Window;
}

/**
 * Puts a geometry together in fastai's order: the picture is warped, flipped, turned and zoomed, and what came of it is
 * cropped. A homography leads the other way, from what is seen back to the picture, so here the crop comes first.
 * @param size training size, whose aspect ratio a rotation needs
 * @returns a map of the unit square, from output to input
 */
export function composeGeometry(geometry: Geometry, size: ImageSize): Homography {
  const { flip, degrees, zoom, warp, crop } = geometry;
  let map = crop === wholePicture ? identity : windowOf(crop);
  map = compose(map, windowOf(zoom));
  if (degrees !== 0) map = compose(map, turnAboutCentre(degrees, size));
  if (flip) map = compose(map, mirror);
  return warp.x === 0 && warp.y === 0 ? map : compose(map, warpMap(warp));
}

function windowOf({ left, top, width, height }: Window): Homography {
  return window(left, top, width, height);
}

/** A true rotation as the network sees it: in training pixels, which need not be square in the unit square. */
function turnAboutCentre(degrees: number, size: ImageSize): Homography {
  const centred = compose(translation(-0.5, -0.5), scaling(size.width, size.height));
  const turned = compose(centred, rotation(degrees));
  return compose(compose(turned, scaling(1 / size.width, 1 / size.height)), translation(0.5, 0.5));
}

/**
 * fastai's perspective warp: the picture's corners come to lie half a magnitude of the picture away, so that one edge
 * grows and the one across shrinks, as when a sheet is tilted. With both magnitudes it is tilted about both axes.
 */
function warpMap({ x, y }: { x: number; y: number }): Homography {
  return inverse(
    quadrilateral([
      [-y / 2, -x / 2],
      [1 + y / 2, x / 2],
      [1 - y / 2, 1 - x / 2],
      [y / 2, 1 + x / 2],
    ]),
  );
}
