import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeFolder } from '../files/make-folder.ts';
import { type ImageSize, defaultPresize, formatImageSize } from '../../shared/image-size.ts';
import type { ImageRecord } from '../../shared/records/dataset.ts';
import type { PreviewReport, PreviewSettings } from '../../shared/records/preview.ts';
import { Random } from '../dataset/random.ts';
import { type Tensor4D, tf } from '../graph/tf.ts';
import { augmentPixels } from './augment-graph.ts';
import { type BatchView, drawAugmentation, plainView } from './augment.ts';
import { decodePicture } from './decode.ts';

/**
 * Draws a picture as a run would see it, by the code that runs use: decoded and resized once, then brought to the training size plainly and by
 * some draws of the augmentation. PNGs, so that a pixel in the file is the pixel that the network gets, rounded to 8 bits.
 * @param bytes the picture's file
 * @param dest folder for the files
 * @throws GranaryError IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export async function drawPreview(
  bytes: Uint8Array,
  record: Pick<ImageRecord, 'id' | 'width' | 'height'>,
  settings: PreviewSettings,
  dest: string,
): Promise<PreviewReport> {
  makeFolder(dest);
  const pairs: PreviewReport['pairs'] = [];
  for (const resize of settings.resize)
    for (const size of settings.sizes) {
      const presize = settings.presize ?? defaultPresize(size);
      const { padMode } = settings;
      const pixels = await decodePicture(bytes, record, { size: presize, resize, padMode }, record.id);
      const seen = viewsOf(pixels, presize, size, settings);
      const name = `${resize}-${formatImageSize(size)}`;
      const save = async (what: string, rgb: Uint8Array, of: ImageSize): Promise<string> => {
        const file = `${name}-${what}.png`;
        // Not by sharp's own writing, which says no reason when it fails.
        await writeFile(
          join(dest, file),
          await sharp(rgb, { raw: { ...of, channels: 3 } })
            .png()
            .toBuffer(),
        );
        return file;
      };
      const [plain, ...views] = await Promise.all(
        seen.map((rgb, i) => save(i === 0 ? 'plain' : `view-${i}`, rgb, size)),
      );
      const presized = await save('presized', pixels, presize);
      pairs.push({ resize, size, presize, presized, plain: plain!, views });
    }
  return { id: record.id, width: record.width, height: record.height, dest, pairs };
}

/** The plain view and the augmented ones, RGB bytes of `size` each. */
export function viewsOf(
  pixels: Uint8Array,
  presize: ImageSize,
  size: ImageSize,
  { augment, views, seed }: Pick<PreviewSettings, 'augment' | 'views' | 'seed'>,
): Uint8Array[] {
  const count = views + 1;
  const drawn = drawAugmentation(augment, {
    ...{ pixels: presize, size, count: views },
    random: new Random(seed).fork('preview'),
  });
  const view = joined(plainView(1, presize, size), drawn);
  const all = new Uint8Array(count * pixels.length);
  for (let i = 0; i < count; i++) all.set(pixels, i * pixels.length);
  const values = tf.tidy(() => {
    const batch = tf.tensor4d(all, [count, presize.height, presize.width, 3], 'int32') as Tensor4D;
    const transforms = tf.tensor2d(view.transforms, [count, 8]);
    const lighting = tf.tensor2d(view.lighting, [count, 2]);
    return augmentPixels(batch, transforms, lighting, size).dataSync() as Float32Array;
  });
  const each = size.height * size.width * 3;
  return Array.from({ length: count }, (_, i) =>
    Uint8Array.from(values.subarray(i * each, (i + 1) * each), (value) => Math.round(255 * value)),
  );
}

function joined(a: BatchView, b: BatchView): BatchView {
  return {
    transforms: Float32Array.of(...a.transforms, ...b.transforms),
    lighting: Float32Array.of(...a.lighting, ...b.lighting),
  };
}
