/** Forms of a mark that are told apart at ten pixels, in one colour; the plainest first. */
export const markShapes = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'bar',
  'cross',
  'ring',
  'frame',
  'hourglass',
  'arrow',
] as const;
export type MarkShape = (typeof markShapes)[number];

/**
 * A mark as SVG and canvas write a path, about the origin. All of one radius look about as large.
 * @param radius of the circle, pixels
 */
export function markPath(shape: MarkShape, radius: number): string {
  const [corner, low, high] = [0.886, 0.72, 1.4].map((part) => part * radius) as [number, number, number];
  const closed = (...points: [number, number][]): string =>
    `M${points.map((point) => point.map((at) => at.toFixed(2)).join(' ')).join('L')}Z`;
  /** @param turn 1 for a disc, 0 for a hole in one */
  const round = (r: number, turn: 0 | 1): string =>
    `M${-r} 0A${r} ${r} 0 1 ${turn} ${r} 0A${r} ${r} 0 1 ${turn} ${-r} 0Z`;
  switch (shape) {
    case 'circle':
      return round(radius, 1);
    case 'square':
      return closed([-corner, -corner], [corner, -corner], [corner, corner], [-corner, corner]);
    case 'triangle':
      return closed([0, -high], [1.25 * radius, low], [-1.25 * radius, low]);
    case 'diamond':
      return closed([0, -high], [high, 0], [0, high], [-high, 0]);
    case 'ring':
      return `${round(radius * 1.15, 1)}${round(radius * 0.55, 0)}`;
    case 'frame': {
      const [out, hole] = [1.05 * radius, 0.5 * radius];
      return (
        closed([-out, -out], [out, -out], [out, out], [-out, out]) +
        closed([-hole, -hole], [-hole, hole], [hole, hole], [hole, -hole])
      );
    }
    case 'hourglass':
      return closed(
        [-radius, -1.2 * radius],
        [radius, -1.2 * radius],
        [-radius, 1.2 * radius],
        [radius, 1.2 * radius],
      );
    case 'arrow':
      return closed([0, high], [-1.25 * radius, -low], [1.25 * radius, -low]);
    case 'bar':
      return closed([-high, -radius / 2], [high, -radius / 2], [high, radius / 2], [-high, radius / 2]);
    case 'cross': {
      const [arm, half] = [1.2 * radius, 0.42 * radius];
      return closed(
        [-half, -arm],
        [half, -arm],
        [half, -half],
        [arm, -half],
        [arm, half],
        [half, half],
        [half, arm],
        [-half, arm],
        [-half, half],
        [-arm, half],
        [-arm, -half],
        [-half, -half],
      );
    }
  }
}

const outlines = new Map<string, Path2D>();

/** Draws a mark about a place of the canvas, in the pen's present colour. */
export function fillMark(
  pen: CanvasRenderingContext2D,
  shape: MarkShape,
  x: number,
  y: number,
  radius: number,
): void {
  const key = `${shape} ${radius}`;
  const outline = outlines.get(key) ?? new Path2D(markPath(shape, radius));
  outlines.set(key, outline);
  pen.translate(x, y);
  pen.fill(outline);
  pen.translate(-x, -y);
}
