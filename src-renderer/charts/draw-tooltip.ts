import { fillMark, type MarkShape } from './mark-shapes.ts';
import { ROW_FONT, ROW_SPACING } from './tooltip-rows.ts';

export interface TooltipText {
  title: string;
  rows: readonly { color: string; shape: MarkShape; text: string }[];
  /** Below the rows; empty for none. */
  footer: string;
}

/** Colours and letters of the page in its present theme. */
export interface TooltipStyle {
  family: string;
  text: string;
  ground: string;
  border: string;
}

const PADDING = 8;
const TITLE_FONT = 11;
const LINE_HEIGHT = 1.2;
/** Between the title, the rows and the footer, pixels. */
const APART = 6;
/** Between the pointer and the box. */
const AWAY = 9;
const RADIUS = 6;
/** Of a row's mark. */
const MARK = 4.5;

/**
 * Draws a box with rows beside the pointer: to its right, or to its left where the right has no room; inside the chart as far as
 * it fits.
 * @param at where the pointer is, pixels; the box is centred on it upwards
 * @param size of the chart, pixels
 */
export function drawTooltip(
  pen: CanvasRenderingContext2D,
  { title, rows, footer }: TooltipText,
  style: TooltipStyle,
  at: { x: number; y: number },
  size: { width: number; height: number },
): void {
  const small = `${TITLE_FONT}px ${style.family}`;
  const [bold, body] = [`600 ${small}`, `${ROW_FONT}px ${style.family}`];
  const line = TITLE_FONT * LINE_HEIGHT;
  const row = ROW_FONT * LINE_HEIGHT;
  /** A row's mark is as wide as its letters are high. */
  const indent = ROW_FONT + 6;
  const widthIn = (font: string, text: string): number => {
    pen.font = font;
    return pen.measureText(text).width;
  };
  const inner = Math.max(
    widthIn(bold, title),
    widthIn(small, footer),
    ...rows.map(({ text }) => indent + widthIn(body, text)),
  );
  const width = inner + 2 * PADDING;
  const tall = line + APART + rows.length * (row + ROW_SPACING) - ROW_SPACING;
  const height = tall + (footer === '' ? 0 : APART + line) + 2 * PADDING;
  const right = at.x + AWAY;
  const left = right + width <= size.width ? right : Math.max(0, at.x - AWAY - width);
  const top = Math.max(0, Math.min(at.y - height / 2, size.height - height));

  pen.save();
  pen.setLineDash([]);
  pen.fillStyle = style.ground;
  pen.strokeStyle = style.border;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.roundRect(Math.round(left) + 0.5, Math.round(top) + 0.5, Math.round(width), height - 1, RADIUS);
  pen.fill();
  pen.stroke();
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  let y = top + PADDING;
  const write = (font: string, text: string, x: number, high: number): void => {
    pen.font = font;
    pen.fillStyle = style.text;
    pen.fillText(text, x, y + high / 2);
  };
  write(bold, title, left + PADDING, line);
  y += line + APART;
  for (const { color, shape, text } of rows) {
    pen.fillStyle = color;
    fillMark(pen, shape, left + PADDING + ROW_FONT / 2, y + row / 2, MARK);
    write(body, text, left + PADDING + indent, row);
    y += row + ROW_SPACING;
  }
  y += APART - ROW_SPACING;
  if (footer !== '') write(small, footer, left + PADDING, line);
  pen.restore();
}
