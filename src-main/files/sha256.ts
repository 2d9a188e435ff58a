import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const PIECE_BYTES = 4 * 2 ** 20;

/** SHA-256 of a file, hex, without holding more than a piece of it. @throws the file system's error, AbortError */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(path, {
    highWaterMark: PIECE_BYTES,
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const piece of stream as AsyncIterable<Buffer>) hash.update(piece);
  return hash.digest('hex');
}
