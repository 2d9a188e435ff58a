import type { Random } from '../random.ts';
import { type Leaf, along, drawBlade, spot } from './leaf.ts';
import { type Point, blob, ellipse, hsl, line, polygon } from './svg.ts';

/** A diagnosis: how common it is, and what it draws. */
export interface Disease {
  name: string;
  /** Pictures of it in the lesson's data set; only the proportions matter. */
  share: number;
  /** Marks on a blade, clipped to its outline. */
  marks?(leaf: Leaf, random: Random): string;
  /** Colour of the blade itself: hue, saturation, lightness. */
  tint?(color: readonly [number, number, number], random: Random): [number, number, number];
  /** What stands in front of the leaves, not clipped. */
  front?(leaf: Leaf, random: Random): string;
  /** The main leaf is a dead, rolled-up heart among healthy ones. */
  deadHeart?: boolean;
}

/** Evenly spread with some disorder, so that marks neither line up nor clump. */
function scatter(count: number, random: Random, visit: (s: number, t: number) => string): string {
  let out = '';
  for (let i = 0; i < count; i++) {
    const s = (i + random.next()) / count;
    out += visit(0.04 + 0.92 * s, random.between(-0.85, 0.85));
  }
  return out;
}

function count(low: number, high: number, random: Random): number {
  return low + random.integer(high - low + 1);
}

/** Straw-coloured, wavy bands that come down both edges from the tip. */
function leafBlight(leaf: Leaf, random: Random): string {
  const hue = random.between(44, 54);
  let out = '';
  for (const side of [1, -1]) {
    const start = random.between(0.02, 0.25);
    const depth = random.between(0.6, 0.95);
    const waves = random.between(6, 14);
    const inner: Point[] = Array.from({ length: 31 }, (_, i) => {
      const u = i / 30;
      const d = depth * u ** 0.6 * (1 + 0.25 * Math.sin(waves * u * Math.PI) + 0.12 * random.normal());
      return leaf.at(start + (1 - start) * u, side * (1 - Math.min(1, Math.max(0, d))));
    });
    const edge = along(leaf, side * 1.05, start, 1, 30).reverse();
    out += polygon([...inner, ...edge], hsl(hue, 52, random.between(66, 76)), 0.95);
    out += line(inner, hsl(hue - 6, 70, 52), 5, 0.7);
  }
  return out;
}

/** Many narrow brown streaks between the veins. */
function leafStreak(leaf: Leaf, random: Random): string {
  return scatter(count(26, 48, random), random, (s, t) => {
    const size = { lengthwise: random.between(20, 58), across: random.between(2.4, 4.6), rough: 0.25 };
    const halo = { ...size, across: size.across * 2.3 };
    return (
      blob(spot(leaf, s, t, halo, random), hsl(40, 70, 52), 0.45) +
      blob(spot(leaf, s, t, size, random), hsl(random.between(16, 26), 68, random.between(20, 30)), 0.95)
    );
  });
}

/** A panicle that arches over, its branches hanging; grains straw to brown, darkest at their base. */
function panicle(leaf: Leaf, random: Random): string {
  // Near the main leaf, but with all its branches in the picture.
  const [lx, ly] = leaf.at(random.between(0.5, 0.7), 0);
  const [x, y] = [Math.min(360, Math.max(120, lx)), Math.min(400, Math.max(240, ly))];
  const side = random.next() < 0.5 ? -1 : 1;
  const reach = random.between(130, 210);
  const axis = (u: number): Point => [
    x - side * reach * 0.6 + side * reach * 1.5 * u ** 1.6,
    y + 190 - 420 * u + 190 * u * u,
  ];
  let out = line(
    Array.from({ length: 16 }, (_, i) => axis(i / 15)),
    hsl(66, 38, 46),
    4,
  );
  for (let b = 0, branches = count(7, 10, random); b < branches; b++) {
    const [bx, by] = axis(0.4 + (0.6 * b) / (branches - 1));
    const length = random.between(100, 170) * (1.15 - b / (2 * branches));
    const sway = (b % 2 === 0 ? 1 : -1) * random.between(0.25, 0.75) + side * 0.2;
    const branch: Point[] = Array.from({ length: 14 }, (_, i) => {
      const u = i / 13;
      return [bx + sway * length * u, by - 40 * u + (length + 20) * u * u];
    });
    out += line(branch, hsl(60, 36, 44), 1.6);
    for (const [gx, gy] of branch.slice(3)) out += grain([gx, gy], sway > 0 ? 1 : -1, random);
  }
  return out;
}

function grain([x, y]: Point, side: number, random: Random): string {
  const tilt = 90 - side * random.between(5, 55);
  const at: Point = [x + random.between(-6, 6), y + random.between(-3, 3)];
  const radians = (tilt * Math.PI) / 180;
  const husk = [random.between(13, 17), random.between(6, 7.5)] as const;
  const base: Point = [at[0] - 6 * Math.cos(radians), at[1] - 6 * Math.sin(radians)];
  return (
    ellipse(at, ...husk, tilt, hsl(28, 45, 24), 0.5) +
    ellipse(at, husk[0] - 1, husk[1] - 1, tilt, hsl(random.between(30, 44), 50, random.between(52, 70))) +
    ellipse(base, 6.5, 4, tilt, hsl(random.between(14, 26), 55, random.between(18, 30)), 0.9)
  );
}

/** A few large spindles: ash grey inside, brown edge, yellow around. */
function blast(leaf: Leaf, random: Random): string {
  return scatter(count(5, 9, random), random, (s, t) => {
    const across = random.between(9, 20);
    const axes = { lengthwise: across * random.between(2.4, 3.8), across, rough: 0.16, pointed: 0.7 };
    const scaled = (k: number): typeof axes => ({
      ...axes,
      lengthwise: axes.lengthwise * k,
      across: across * k,
    });
    return (
      blob(spot(leaf, s, t, scaled(1.4), random), hsl(50, 70, 58), 0.5) +
      blob(spot(leaf, s, t, axes, random), hsl(random.between(14, 24), 58, random.between(22, 32))) +
      blob(spot(leaf, s, t, scaled(0.66), random), hsl(45, 14, random.between(68, 82)))
    );
  });
}

/** Many small round spots, brown, each in a yellow ring. */
function brownSpot(leaf: Leaf, random: Random): string {
  return scatter(count(34, 70, random), random, (s, t) => {
    const radius = random.between(4.5, 9);
    const round = (k: number) => ({ lengthwise: radius * k * 1.15, across: radius * k, rough: 0.2 });
    return (
      blob(spot(leaf, s, t, round(1.7), random), hsl(50, 80, 56), 0.65) +
      blob(spot(leaf, s, t, round(1), random), hsl(random.between(18, 28), 62, random.between(20, 32)))
    );
  });
}

/** Pale, woolly blotches in rows on a blade that has lost colour. */
function downyMildew(leaf: Leaf, random: Random): string {
  return scatter(count(30, 50, random), random, (s, t) => {
    const axes = { lengthwise: random.between(9, 20), across: random.between(7, 12), rough: 0.7 };
    const wide = { ...axes, lengthwise: axes.lengthwise * 1.6, across: axes.across * 1.5 };
    return (
      blob(spot(leaf, s, t, wide, random), hsl(62, 60, 72), 0.4) +
      blob(spot(leaf, s, t, axes, random), hsl(60, 30, random.between(82, 92)), 0.85)
    );
  });
}

/** White scraped stripes along the veins, and a beetle or two. */
function hispa(leaf: Leaf, random: Random): string {
  const stripes = scatter(count(16, 30, random), random, (s, t) => {
    const axes = { lengthwise: random.between(28, 75), across: random.between(3.5, 7), rough: 0.3 };
    return polygon(
      spot(leaf, s, t, axes, random),
      hsl(80, 16, random.between(80, 93)),
      random.between(0.75, 0.95),
    );
  });
  const beetles = scatter(count(1, 4, random), random, (s, t) => {
    const at = leaf.at(s, t * 0.6);
    const turn = random.between(0, 360);
    return (
      ellipse(at, 11, 6.5, turn, hsl(220, 35, 12)) +
      ellipse([at[0] - 2, at[1] - 2], 3.5, 1.8, turn, hsl(210, 40, 60), 0.8)
    );
  });
  return stripes + beetles;
}

/** Orange-yellow from the tip down, fading into green, with rusty flecks. */
function tungro(leaf: Leaf, random: Random): string {
  const reach = random.between(0.05, 0.4);
  const hue = random.between(36, 46);
  let out = '';
  for (let i = 0; i < 14; i++) {
    const from = reach + ((1 - reach) * i) / 14;
    const strip = [...along(leaf, 1.05, from, 1, 16), ...along(leaf, -1.05, from, 1, 16).reverse()];
    out += polygon(strip, hsl(hue, 82, 52), 0.17);
  }
  out += scatter(count(10, 26, random), random, (s, t) =>
    blob(spot(leaf, s, t, { lengthwise: 7, across: 2.5, rough: 0.5 }, random), hsl(18, 70, 34), 0.7),
  );
  return out;
}

/** The lesson's ten diagnoses. Names are the field's own. */
export const diseases: readonly Disease[] = [
  { name: 'bacterial_leaf_blight', share: 479, marks: leafBlight },
  { name: 'bacterial_leaf_streak', share: 380, marks: leafStreak },
  { name: 'bacterial_panicle_blight', share: 337, front: panicle },
  { name: 'blast', share: 1738, marks: blast },
  { name: 'brown_spot', share: 965, marks: brownSpot },
  { name: 'dead_heart', share: 1442, deadHeart: true },
  {
    name: 'downy_mildew',
    share: 620,
    marks: downyMildew,
    tint: ([h, s, l]) => [h - 12, s - 6, l + 9],
  },
  { name: 'hispa', share: 1594, marks: hispa },
  { name: 'normal', share: 1764 },
  { name: 'tungro', share: 1088, marks: tungro },
];

/** A blade with its disease, clipped to its outline. */
export function drawDiseased(leaf: Leaf, disease: Disease, random: Random): string {
  const color = disease.tint?.(leaf.color, random) ?? leaf.color;
  const blade = drawBlade(leaf, random, [...color]);
  const clip = `<clipPath id="${leaf.id}">${polygon(leaf.outline, '#000')}</clipPath>`;
  const marks = disease.marks?.(leaf, random) ?? '';
  return `${clip}<g clip-path="url(#${leaf.id})">${blade}${marks}</g>`;
}
