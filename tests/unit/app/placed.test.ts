import { describe, expect, it } from 'vitest';
import { placed } from '../../../src-main/app/placed.ts';

const screen = { x: 0, y: 0, width: 1600, height: 1000 };
const put = (bounds: { x?: number; y?: number; width: number; height: number } | undefined) =>
  placed(bounds && { ...bounds, maximized: false }, () => screen);

describe('remembered bounds of the window', () => {
  it('are kept where they fit the screen', () => {
    expect(put({ x: 20, y: 30, width: 1240, height: 820 })).toEqual({
      x: 20,
      y: 30,
      width: 1240,
      height: 820,
    });
    expect(put(undefined)).toEqual({});
  });

  it('lose their place where the screen of it is gone, and are never larger than the one that is there', () => {
    expect(put({ x: 5000, y: 0, width: 1240, height: 820 })).toEqual({ width: 1240, height: 820 });
    expect(put({ x: 0, y: 0, width: 3840, height: 1e9 })).toEqual({ x: 0, y: 0, width: 1600, height: 1000 });
    expect(put({ width: 1240, height: 820 })).toEqual({ width: 1240, height: 820 });
  });

  it('are none where no window is so small', () => {
    expect(put({ x: 0, y: 0, width: -5, height: 1e9 })).toEqual({});
    expect(put({ x: 0, y: 0, width: 1, height: 820 })).toEqual({});
  });
});
