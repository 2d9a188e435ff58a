import type { Random } from '../random.ts';
import { drawDiseased, diseases } from './diseases.ts';
import { growLeaf } from './leaf.ts';
import { PICTURE, type PlannedPicture } from './plan.ts';
import { type Point, ellipse, hsl, line, polygon, svg } from './svg.ts';
import { varieties } from './varieties.ts';

const { width: W, height: H } = PICTURE;
const healthy = diseases.find((disease) => disease.name === 'normal')!;

/** Everything in focus, drawn over the background: leaves with their marks, drops, shadows and light. */
export function drawForeground(picture: PlannedPicture, random: Random): Buffer {
  const body = picture.disease.deadHeart ? whorl(picture, random) : leaves(picture, random);
  return svg(W, H, body + specks(random) + light(random));
}

/** Where a leaf lies: through the middle of the picture, at any angle that still shows most of it. */
function ends(random: Random, aside: number): { base: Point; tip: Point; bend: number; widthScale: number } {
  const angle = random.between(-0.6, 0.6) + (random.next() < 0.5 ? Math.PI : 0);
  const length = random.between(680, 940);
  const middle: Point = [W / 2 + random.between(-60, 60) + aside, H / 2 + random.between(-50, 50)];
  const [dx, dy] = [Math.sin(angle) * length, Math.cos(angle) * length];
  // The base lies outside the picture, the tip often inside.
  return {
    base: [middle[0] - 0.6 * dx, middle[1] + 0.6 * dy],
    tip: [middle[0] + 0.4 * dx, middle[1] - 0.4 * dy],
    bend: random.between(-0.12, 0.12),
    widthScale: random.between(0.8, 1.15),
  };
}

/** The main leaf in front, up to two more behind it, some of them ill as well. */
function leaves({ disease, variety, age }: PlannedPicture, random: Random): string {
  let out = '';
  for (let i = 0, behind = random.integer(3); i < behind; i++) {
    const aside = random.between(90, 230) * (random.next() < 0.5 ? 1 : -1);
    const leaf = growLeaf(`leaf${i}`, variety, { ...ends(random, aside), widthScale: 0.75 }, random);
    out += drawDiseased(leaf, random.next() < 0.75 ? disease : healthy, random);
    out += polygon(leaf.outline, '#000', random.between(0.05, 0.25));
  }
  const place = ends(random, 0);
  // Leaves grow wider with age.
  const leaf = growLeaf(
    'main',
    variety,
    { ...place, widthScale: place.widthScale * (0.85 + age / 250) },
    random,
  );
  const shadow = leaf.outline.map(([x, y]): Point => [x + 10, y + 14]);
  out += polygon(shadow, '#000', random.between(0.1, 0.35)) + drawDiseased(leaf, disease, random);
  return out + (disease.front?.(leaf, random) ?? '');
}

/** Healthy leaves that come out of one point, the youngest one, in their middle, dry and rolled up. */
function whorl({ variety }: PlannedPicture, random: Random): string {
  const foot: Point = [W / 2 + random.between(-70, 70), H + random.between(-60, 60)];
  const fan = 4 + random.integer(3);
  let out = '';
  const leaf = (id: string, angle: number, length: number, widthScale: number) => {
    const tip: Point = [foot[0] + length * Math.sin(angle), foot[1] - length * Math.cos(angle)];
    return growLeaf(id, variety, { base: foot, tip, bend: angle * 0.15, widthScale }, random);
  };
  for (let i = 0; i < fan; i++) {
    const angle = -1 + (2 * (i + random.between(0.2, 0.8))) / fan;
    out += drawDiseased(leaf(`fan${i}`, angle, random.between(430, 640), 0.55), healthy, random);
  }
  const heart = leaf('heart', random.between(-0.2, 0.2), random.between(440, 600), random.between(0.4, 0.55));
  const straw: [number, number, number] = [
    random.between(28, 42),
    random.between(30, 48),
    random.between(48, 64),
  ];
  out += drawDiseased({ ...heart, color: straw }, healthy, random);
  for (let i = 0; i < 8; i++) {
    const t = random.between(-0.8, 0.8);
    const fold = Array.from({ length: 12 }, (_, k): Point => heart.at(k / 12, t * (1 - k / 40)));
    out += line(fold, hsl(straw[0] - 10, 40, 30), 2.2, 0.5);
  }
  return out;
}

/** Dew and dust, on every picture alike. */
function specks(random: Random): string {
  let out = '';
  for (let i = 0, drops = random.integer(14); i < drops; i++) {
    const at: Point = [random.between(0, W), random.between(0, H)];
    const r = random.between(2, 6);
    out += ellipse(at, r, r * 0.8, 0, '#fff', random.between(0.15, 0.4));
    out += ellipse([at[0] - r / 3, at[1] - r / 3], r / 3, r / 4, 0, '#fff', 0.8);
  }
  for (let i = 0, dust = random.integer(30); i < dust; i++) {
    const at: Point = [random.between(0, W), random.between(0, H)];
    out += ellipse(
      at,
      random.between(0.8, 2.6),
      random.between(0.8, 2),
      0,
      hsl(30, 30, random.between(10, 60)),
      0.7,
    );
  }
  return out;
}

/** Light from one side, and now and then the shadow of another plant. */
function light(random: Random): string {
  const angle = random.between(0, 2 * Math.PI);
  const [x, y] = [50 * Math.cos(angle), 50 * Math.sin(angle)];
  const bright = random.between(0.05, 0.4).toFixed(2);
  const dark = random.between(0.1, 0.5).toFixed(2);
  let out = `<linearGradient id="light" x1="${(50 - x).toFixed(0)}%" y1="${(50 - y).toFixed(0)}%" x2="${(50 + x).toFixed(0)}%" y2="${(50 + y).toFixed(0)}%"><stop offset="0" stop-color="#fffbe8" stop-opacity="${bright}"/><stop offset="0.5" stop-color="#888" stop-opacity="0"/><stop offset="1" stop-color="#000814" stop-opacity="${dark}"/></linearGradient><rect width="${W}" height="${H}" fill="url(#light)"/>`;
  for (let i = 0, shadows = random.integer(3); i < shadows; i++) {
    const other = growLeaf(
      'shadow',
      varieties[random.integer(varieties.length)]!,
      ends(random, random.between(-200, 200)),
      random,
    );
    out += polygon(other.outline, '#00050a', random.between(0.08, 0.3));
  }
  return out;
}

/** Grounds that the pictures are taken on: soil, water, other plants, dry straw. Two colours each, mixed by noise. */
const grounds: readonly (readonly [Rgb, Rgb])[] = [
  [
    [74, 54, 38],
    [139, 112, 84],
  ],
  [
    [70, 84, 92],
    [168, 182, 186],
  ],
  [
    [30, 58, 22],
    [104, 140, 62],
  ],
  [
    [120, 104, 62],
    [196, 178, 124],
  ],
];
type Rgb = readonly [number, number, number];

/** Size of the background before it is enlarged: being far away, it is out of focus. */
export const GROUND = { width: W / 6, height: Math.round(H / 6) } as const;

/** Hides the cells' corners. */
function smooth(u: number): number {
  return u * u * (3 - 2 * u);
}

/** Noise between a ground's two colours, as RGB bytes of GROUND's size, and blurred plants to lay over it. */
export function drawGround(random: Random): { pixels: Buffer; plants: Buffer } {
  const [low, high] = grounds[random.integer(grounds.length)]!;
  const { width, height } = GROUND;
  const noise = new Float32Array(width * height);
  for (const cell of [27, 13, 7]) {
    const columns = Math.ceil(width / cell) + 2;
    const values = Float32Array.from({ length: columns * (Math.ceil(height / cell) + 2) }, () =>
      random.next(),
    );
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [i, j] = [Math.floor(x / cell), Math.floor(y / cell)];
        const [u, v] = [smooth(x / cell - i), smooth(y / cell - j)];
        const k = j * columns + i;
        const top = values[k]! * (1 - u) + values[k + 1]! * u;
        const bottom = values[k + columns]! * (1 - u) + values[k + columns + 1]! * u;
        noise[y * width + x]! += (top * (1 - v) + bottom * v) / 3;
      }
    }
  }
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < noise.length; i++) {
    const mix = Math.min(1, Math.max(0, 1.8 * noise[i]! - 0.4));
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = low[c]! + (high[c]! - low[c]!) * mix;
  }
  let plants = '';
  for (let i = 0, blades = random.integer(9); i < blades; i++) {
    const leaf = growLeaf(
      'far',
      varieties[random.integer(varieties.length)]!,
      ends(random, random.between(-320, 320)),
      random,
    );
    plants += polygon(
      leaf.outline,
      hsl(random.between(60, 125), random.between(20, 50), random.between(18, 48)),
      0.85,
    );
  }
  return { pixels, plants: svg(width, height, `<g transform="scale(${1 / 6})">${plants}</g>`) };
}
