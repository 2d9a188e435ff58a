import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type PreviewSettings, previewSettingsSchema } from '../../../shared/records/preview.ts';
import { decodePicture } from '../../../src-main/preprocess/decode.ts';
import { drawPreview, viewsOf } from '../../../src-main/preprocess/preview.ts';
import { picture, temporaryFolder } from '../dataset/pictures.ts';

const size = { height: 32, width: 24 };
const settings = (more: Partial<PreviewSettings> = {}): PreviewSettings =>
  previewSettingsSchema.parse({ sizes: [size], views: 3, ...more });
const record = { id: 'a.jpg', width: 90, height: 60 };

describe('the preview of a picture', () => {
  it('draws every method at every size: the cached pixels exactly, the plain view, and the augmented ones', async () => {
    const bytes = await picture(3, record);
    const dest = join(await temporaryFolder(), 'new', 'folder');
    const report = await drawPreview(
      bytes,
      record,
      settings({ sizes: [size, { height: 16, width: 16 }] }),
      dest,
    );
    expect(report.pairs.map(({ resize, size: { height } }) => [resize, height])).toEqual([
      ['squish', 32],
      ['squish', 16],
      ['crop', 32],
      ['crop', 16],
      ['pad', 32],
      ['pad', 16],
    ]);
    expect(readdirSync(dest).length).toBe(6 * 5);
    const crop = report.pairs[2]!;
    expect(crop.presize).toEqual({ height: 48, width: 36 });
    const pixels = await decodePicture(
      bytes,
      record,
      { size: crop.presize, resize: 'crop', padMode: 'zeros' },
      'a',
    );
    const stored = await sharp(join(dest, crop.presized)).raw().toBuffer();
    expect(Buffer.compare(stored, Buffer.from(pixels))).toBe(0);
    const { width, height } = await sharp(join(dest, crop.views[0]!)).metadata();
    expect({ width, height }).toEqual(size);
  });

  it('shows in the plain view the very pixels where nothing has to be resized', () => {
    const pixels = Uint8Array.from({ length: 32 * 24 * 3 }, (_, i) => (i * 7) & 255);
    const [plain] = viewsOf(pixels, size, size, settings());
    // Lighting is undone on logits: a level may be lost in rounding, no more.
    expect(Math.max(...plain!.map((value, i) => Math.abs(value - pixels[i]!)))).toBeLessThanOrEqual(1);
  });

  it('draws the same views for the same seed, other ones for another, and none when none is asked for', () => {
    const pixels = Uint8Array.from({ length: 48 * 36 * 3 }, (_, i) => (i * 13) & 255);
    const draw = (more: Partial<PreviewSettings>): Uint8Array[] =>
      viewsOf(pixels, { height: 48, width: 36 }, size, settings(more));
    expect(draw({ seed: 1 })).toEqual(draw({ seed: 1 }));
    expect(draw({ seed: 1 })[1]).not.toEqual(draw({ seed: 2 })[1]);
    expect(draw({ views: 0 }).length).toBe(1);
  });
});
