import type { Random } from '../random.ts';
import { type Point, ellipse, hsl, line, polygon } from './svg.ts';
import type { Variety } from './varieties.ts';

/**
 * A leaf's geometry. Places on it are (s, t): s from 0 at the base to 1 at the tip, t from −1 to 1 across, 0 on the midrib.
 */
export interface Leaf {
  id: string;
  variety: Variety;
  /** Pixels from base to tip, and the largest half width. */
  length: number;
  halfWidth: number;
  /** Greenness of this leaf: hue, saturation, lightness. */
  color: readonly [number, number, number];
  at(s: number, t: number): Point;
  /** Direction towards the tip, degrees. */
  angle(s: number): number;
  outline: Point[];
}

/**
 * @param base, tip ends of the leaf in pixels
 * @param bend sideways shift of the middle, as a share of the length
 */
export function growLeaf(
  id: string,
  variety: Variety,
  ends: { base: Point; tip: Point; bend: number; widthScale: number },
  random: Random,
): Leaf {
  const [[x0, y0], [x2, y2]] = [ends.base, ends.tip];
  const length = Math.hypot(x2 - x0, y2 - y0);
  const halfWidth = variety.halfWidth * ends.widthScale * random.between(0.85, 1.15);
  // The middle point of a quadratic Bézier curve, pushed aside.
  const x1 = (x0 + x2) / 2 + (y0 - y2) * ends.bend;
  const y1 = (y0 + y2) / 2 + (x2 - x0) * ends.bend;
  const phase = random.between(0, 7);
  const waves = random.between(5, 9);
  const a = variety.widestAt * 1.6 * variety.tip;
  const b = (1 - variety.widestAt) * 1.6 * variety.tip;
  const peak = (a / (a + b)) ** a * (b / (a + b)) ** b;
  const width = (s: number, side: number): number => {
    const profile = (s + 0.02) ** a * Math.max(0, 1 - s) ** b;
    const wave = 1 + variety.wave * Math.sin(waves * Math.PI * s + phase + (side > 0 ? 0 : 2));
    return (halfWidth * profile * wave) / peak;
  };
  const direction = (s: number): Point => {
    const dx = 2 * (1 - s) * (x1 - x0) + 2 * s * (x2 - x1);
    const dy = 2 * (1 - s) * (y1 - y0) + 2 * s * (y2 - y1);
    const norm = Math.hypot(dx, dy) || 1;
    return [dx / norm, dy / norm];
  };
  const at = (s: number, t: number): Point => {
    const q = 1 - s;
    const [dx, dy] = direction(s);
    const w = width(s, t) * t;
    return [
      q * q * x0 + 2 * q * s * x1 + s * s * x2 - dy * w,
      q * q * y0 + 2 * q * s * y1 + s * s * y2 + dx * w,
    ];
  };
  const edge = (side: number): Point[] => Array.from({ length: 41 }, (_, i) => at(i / 40, side));
  return {
    id,
    variety,
    length,
    halfWidth,
    color: [variety.hue + 6 * random.normal(), random.between(38, 62), variety.light + 4 * random.normal()],
    at,
    angle: (s) => {
      const [dx, dy] = direction(s);
      return (Math.atan2(dy, dx) * 180) / Math.PI;
    },
    outline: [...edge(1), ...edge(-1).reverse()],
  };
}

/** A line along the leaf at a constant place across. */
export function along(leaf: Leaf, t: number, from = 0, to = 1, steps = 24): Point[] {
  return Array.from({ length: steps + 1 }, (_, i) => leaf.at(from + ((to - from) * i) / steps, t));
}

/** The healthy blade: body, the two halves' different light, veins, midrib and flecks. */
export function drawBlade(leaf: Leaf, random: Random, color = leaf.color): string {
  const { variety } = leaf;
  const [hue, saturation, light] = color;
  const parts = [polygon(leaf.outline, hsl(hue, saturation, light))];
  // The blade is folded along the midrib, so one half is darker.
  const side = random.next() < 0.5 ? 1 : -1;
  const half = [...along(leaf, 0), ...along(leaf, side).reverse()];
  parts.push(polygon(half, hsl(hue + 8, saturation, light - 12), random.between(0.25, 0.6)));
  // Soft patches of other greens: no leaf has one colour.
  for (let i = 0; i < 9; i++) {
    const s = random.between(0.05, 0.95);
    const place = leaf.at(s, random.between(-0.8, 0.8));
    const shift = 7 * random.normal();
    parts.push(
      ellipse(
        place,
        random.between(40, 120),
        random.between(8, 26),
        leaf.angle(s),
        hsl(hue + shift, saturation, light + shift),
        0.25,
      ),
    );
  }
  for (let v = 1; v <= variety.veins; v++) {
    for (const t of [v / (variety.veins + 1), -v / (variety.veins + 1)]) {
      const dark = v % 2 === 0;
      const stroke = hsl(hue - 8, saturation - 8, dark ? light - 16 : light + 24);
      parts.push(line(along(leaf, t, 0, 0.98, 14), stroke, dark ? 1.4 : 1.9, variety.veinContrast));
    }
  }
  const rib = [...along(leaf, variety.midrib, 0, 0.97), ...along(leaf, -variety.midrib, 0, 0.97).reverse()];
  parts.push(polygon(rib, hsl(hue - 22, saturation - 6, light + 24), 0.75));
  for (let i = 0; i < variety.flecks; i++) {
    const s = random.between(0.03, 0.97);
    const place = leaf.at(s, random.between(-0.92, 0.92));
    parts.push(
      ellipse(
        place,
        random.between(1.5, 4),
        random.between(0.8, 1.6),
        leaf.angle(s),
        hsl(hue - 10, 35, light + 26),
        0.55,
      ),
    );
  }
  return parts.join('');
}

/**
 * An irregular spot, as points around an ellipse whose long axis lies along the leaf.
 * @param lengthwise, across half axes in pixels
 * @param pointed 0: round, 1: drawn out to both ends as a spindle
 */
export function spot(
  leaf: Leaf,
  s: number,
  t: number,
  axes: { lengthwise: number; across: number; rough: number; pointed?: number },
  random: Random,
): Point[] {
  const [x, y] = leaf.at(s, t);
  const angle = (leaf.angle(s) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const corners = 20;
  return Array.from({ length: corners }, (_, i) => {
    const phi = (2 * Math.PI * i) / corners;
    const radius = 1 + axes.rough * (random.next() - 0.5);
    const u = axes.lengthwise * radius * Math.cos(phi);
    const v = axes.across * radius * Math.sin(phi) * (1 - (axes.pointed ?? 0) * Math.cos(phi) ** 2);
    return [x + u * cos - v * sin, y + u * sin + v * cos];
  });
}
