export type Point = readonly [x: number, y: number];

/** Hue in degrees, saturation and lightness in percent. */
export function hsl(hue: number, saturation: number, lightness: number): string {
  const clamp = (value: number): number => Math.max(0, Math.min(100, value));
  return `hsl(${n(((hue % 360) + 360) % 360)},${n(clamp(saturation))}%,${n(clamp(lightness))}%)`;
}

/** One decimal is a tenth of a pixel: enough, and half the text. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function pathData(points: readonly Point[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${n(x)} ${n(y)}`).join('');
}

export function polygon(points: readonly Point[], fill: string, opacity = 1): string {
  return `<path d="${pathData(points)}Z" fill="${fill}" fill-opacity="${opacity.toFixed(2)}"/>`;
}

/** A closed shape whose corners are rounded: through the middles of the sides, bent towards the corners. */
export function blob(points: readonly Point[], fill: string, opacity = 1): string {
  const middle = (i: number): string => {
    const [a, b] = [points[i % points.length]!, points[(i + 1) % points.length]!];
    return `${n((a[0] + b[0]) / 2)} ${n((a[1] + b[1]) / 2)}`;
  };
  const curves = points.map((_, i) => {
    const [x, y] = points[(i + 1) % points.length]!;
    return `Q${n(x)} ${n(y)} ${middle(i + 1)}`;
  });
  return `<path d="M${middle(0)}${curves.join('')}Z" fill="${fill}" fill-opacity="${opacity.toFixed(2)}"/>`;
}

export function line(points: readonly Point[], stroke: string, width: number, opacity = 1): string {
  return `<path d="${pathData(points)}" fill="none" stroke="${stroke}" stroke-width="${n(width)}" stroke-opacity="${opacity.toFixed(2)}" stroke-linecap="round" stroke-linejoin="round"/>`;
}

export function ellipse(
  [x, y]: Point,
  rx: number,
  ry: number,
  degrees: number,
  fill: string,
  opacity = 1,
): string {
  return `<ellipse rx="${n(rx)}" ry="${n(ry)}" transform="translate(${n(x)} ${n(y)}) rotate(${n(degrees)})" fill="${fill}" fill-opacity="${opacity.toFixed(2)}"/>`;
}

export function svg(width: number, height: number, body: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${body}</svg>`,
  );
}
