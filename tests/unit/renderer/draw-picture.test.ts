import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegSize, middleOf } from '../../../src-renderer/parts/draw-picture.ts';

describe('drawing a picture into a tile', () => {
  it.each([
    [192, 256, false],
    [300, 7, true],
  ])('reads %i × %i from the head of a JPEG (progressive: %s)', async (width, height, progressive) => {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#a05' } })
      .withExif({ IFD0: { Copyright: 'x'.repeat(500) } })
      .jpeg({ progressive })
      .toBuffer();
    expect(jpegSize(bytes)).toEqual({ width, height });
    expect(jpegSize(bytes.subarray(0, 30))).toBeNull();
  });

  it('finds no size in what is no JPEG, and comes to an end', () => {
    expect(jpegSize(new Uint8Array())).toBeNull();
    expect(jpegSize(new Uint8Array(1000))).toBeNull();
    expect(jpegSize(new Uint8Array(1000).fill(0xff))).toBeNull();
  });

  it('takes the middle that fills the space without stretching', () => {
    const space = { width: 100, height: 50 };
    expect(middleOf({ width: 200, height: 200 }, space)).toEqual({ x: 0, y: 50, width: 200, height: 100 });
    expect(middleOf({ width: 400, height: 50 }, space)).toEqual({ x: 150, y: 0, width: 100, height: 50 });
  });
});
