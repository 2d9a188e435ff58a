import sharp from 'sharp';
import { Random } from '../random.ts';
import { PICTURE, type PlannedPicture } from './plan.ts';
import { GROUND, drawForeground, drawGround } from './scene.ts';

const { width, height } = PICTURE;
const GRAIN = 128;

/** A tile of camera noise, the same for all pictures; each takes it at its own strength. */
function grain(random: Random, strength: number): Buffer {
  const tile = Buffer.alloc(GRAIN * GRAIN * 4);
  for (let i = 0; i < GRAIN * GRAIN; i++) {
    const value = random.normal();
    tile.fill(value > 0 ? 255 : 0, 4 * i, 4 * i + 3);
    tile[4 * i + 3] = Math.min(255, Math.abs(value) * strength);
  }
  return tile;
}

/**
 * Draws one picture as a JPEG, 480 wide and 640 high. The same picture and generator give the same bytes (with the same sharp).
 */
export async function renderPicture(picture: PlannedPicture, random: Random): Promise<Buffer> {
  const ground = drawGround(random.fork('ground'));
  const foreground = drawForeground(picture, random.fork('foreground'));
  const camera = random.fork('camera');

  const far = await sharp(ground.pixels, { raw: { ...GROUND, channels: 3 } })
    .composite([{ input: ground.plants }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const noise = grain(camera, camera.between(2, 22));
  const scene = await sharp(far, { raw: { ...GROUND, channels: 3 } })
    .resize(width, height, { kernel: 'cubic' })
    .composite([
      { input: foreground },
      { input: noise, raw: { width: GRAIN, height: GRAIN, channels: 4 }, tile: true },
    ])
    .removeAlpha()
    .raw()
    .toBuffer();

  // Exposure, white balance, focus.
  const exposure = camera.between(0.65, 1.2);
  const warmth = camera.between(-0.13, 0.13);
  const gains = [exposure * (1 + warmth), exposure, exposure * (1 - warmth)];
  const lift = camera.between(-8, 14);
  const blur = camera.next() < 0.25 ? camera.between(1, 2) : 0.5;
  return sharp(scene, { raw: { width, height, channels: 3 } })
    .blur(blur)
    .linear(gains, [lift, lift, lift])
    .jpeg({ quality: 80 + camera.integer(12) })
    .toBuffer();
}
