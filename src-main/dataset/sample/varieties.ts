/** How the leaves of a variety look. Lengths are pixels of a 480 × 640 picture. */
export interface Variety {
  name: string;
  /** Largest width from the midrib to the edge. */
  halfWidth: number;
  /** Where along the leaf it is widest, 0 base to 1 tip, and how drawn out the tip is. */
  widestAt: number;
  tip: number;
  /** Depth of the waves of the edge, as a share of the width. */
  wave: number;
  /** Veins on each side, and how strongly they stand out. */
  veins: number;
  veinContrast: number;
  /** Pale flecks all over the blade. */
  flecks: number;
  /** Colour: hue in degrees, lightness in percent. */
  hue: number;
  light: number;
  /** Width of the midrib, as a share of the leaf's. */
  midrib: number;
}

/** Invented varieties, apart in shape (width, tip, edge) and texture (veins, flecks). */
export const varieties: readonly Variety[] = [
  v('Anila', 50, 0.45, 1.1, 0.0, 5, 0.16, 0, 104, 36, 0.1),
  v('Bhadra', 76, 0.4, 0.7, 0.02, 12, 0.3, 0, 96, 40, 0.06),
  v('Chandi', 62, 0.55, 0.8, 0.09, 4, 0.1, 60, 112, 33, 0.08),
  v('Dhara', 70, 0.3, 1.6, 0.0, 8, 0.45, 0, 86, 42, 0.14),
  v('Esha', 44, 0.5, 0.9, 0.04, 9, 0.2, 140, 122, 38, 0.05),
];

function v(
  name: string,
  halfWidth: number,
  widestAt: number,
  tip: number,
  wave: number,
  veins: number,
  veinContrast: number,
  flecks: number,
  hue: number,
  light: number,
  midrib: number,
): Variety {
  return { name, halfWidth, widestAt, tip, wave, veins, veinContrast, flecks, hue, light, midrib };
}
