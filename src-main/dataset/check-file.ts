import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { z } from 'zod';
import { endsEarly, formatOfBytes, formatOfName, isReadable, whyUnreadable } from './file-format.ts';

/**
 * Pictures with more pixels are taken for decompression bombs: a 40 KB file can unpack to gigabytes. Above the largest cameras
 * (100 megapixels), below what would hurt a machine with 8 GB.
 */
export const MAX_PIXELS = 150_000_000;
/** Larger files are not read at all. */
export const MAX_BYTES = 512 * 1024 * 1024;

/** What one file's bytes turned out to be. Depends on the file alone, so it can be kept while the file does not change. */
export const fileCheckSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    sha256: z.string(),
    width: z.number(),
    height: z.number(),
    /** What the bytes are, where the name promises something else. */
    liesAbout: z.string().optional(),
  }),
  z.object({
    ok: z.literal(false),
    code: z.enum(['unreadable', 'truncated', 'empty-file', 'too-many-pixels']),
    why: z.string(),
  }),
]);
export type FileCheck = z.infer<typeof fileCheckSchema>;

/**
 * Reads and decodes one picture. Decoding is complete, because nothing less finds a truncated file; it is scaled down while it is
 * decoded (libjpeg does so for almost nothing), because no pixel is kept.
 * @param path the file's absolute path
 */
export async function checkFile(path: string, size: number): Promise<FileCheck> {
  const fail = (code: Extract<FileCheck, { ok: false }>['code'], why: string): FileCheck => ({
    ok: false,
    code,
    why,
  });
  if (size === 0) return fail('empty-file', 'has no content');
  if (size > MAX_BYTES) return fail('unreadable', `has ${Math.round(size / 2 ** 20)} MB`);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return fail('unreadable', (error as NodeJS.ErrnoException).code ?? 'cannot be opened');
  }
  const format = formatOfBytes(bytes);
  if (!isReadable(format)) return fail('unreadable', whyUnreadable(format));
  try {
    const { width, height } = (await sharp(bytes, { limitInputPixels: false }).metadata()).autoOrient;
    if (width * height > MAX_PIXELS) {
      return fail('too-many-pixels', `${width} × ${height} pixels`);
    }
    await sharp(bytes, { failOn: 'truncated', sequentialRead: true, limitInputPixels: MAX_PIXELS })
      .resize({ width: 32, height: 32, fit: 'fill', kernel: 'nearest' })
      .raw()
      .toBuffer();
    const promised = formatOfName(path);
    return {
      ok: true,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      width,
      height,
      ...(promised !== undefined && promised !== format ? { liesAbout: format } : {}),
    };
  } catch (error) {
    const message = (error as Error).message.split('\n')[0]!.trim();
    const cut = endsEarly(bytes, format) || /premature end|truncat|unexpected end/i.test(message);
    if (cut) return fail('truncated', `stops after ${bytes.length} bytes`);
    return fail('unreadable', /unknown error/i.test(message) ? 'is damaged' : message);
  }
}
