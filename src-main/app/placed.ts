import type { WindowBounds } from './preferences.ts';

/** The smallest window, in pixels of the system. */
export const LEAST = { width: 860, height: 560 } as const;

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Remembered bounds that fit a screen that is there: never larger than it; without a place where they would lie outside of it, so
 * that the system finds one. Nothing of bounds that no window has.
 * @param screenOf the usable area of the screen that is nearest
 */
export function placed(
  bounds: WindowBounds | undefined,
  screenOf: (bounds: Area) => Area,
): Partial<WindowBounds> {
  if (bounds === undefined || !(bounds.width >= LEAST.width && bounds.height >= LEAST.height)) return {};
  const { x = 0, y = 0 } = bounds;
  const area = screenOf({ x, y, width: bounds.width, height: bounds.height });
  const size = { width: Math.min(bounds.width, area.width), height: Math.min(bounds.height, area.height) };
  const seen =
    x < area.x + area.width - 80 &&
    x + size.width > area.x + 80 &&
    y >= area.y - 10 &&
    y < area.y + area.height - 80;
  return bounds.x !== undefined && bounds.y !== undefined && seen ? { x, y, ...size } : size;
}
