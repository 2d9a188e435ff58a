import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { cancelled } from './cancelled.ts';
import { type FileCheck, checkFile } from './check-file.ts';
import type { FoundFile } from './walk.ts';

/**
 * Checks many files at once. Each is decoded by one thread, as many at a time as the machine has cores and one more to hide the
 * disk; libvips's own threads within a picture would only cost.
 * @param known results of an earlier look at the same, unchanged files
 */
export async function checkFiles(
  root: string,
  files: readonly FoundFile[],
  options: {
    known?: (file: FoundFile) => FileCheck | undefined;
    onChecked?: (done: number, decoded: number) => void;
    signal?: AbortSignal;
  } = {},
): Promise<Map<string, FileCheck>> {
  const checks = new Map<string, FileCheck>();
  let next = 0;
  let decoded = 0;
  sharp.concurrency(1);
  sharp.cache(false);
  async function lane(): Promise<void> {
    while (next < files.length) {
      if (options.signal?.aborted) throw cancelled();
      const file = files[next++]!;
      let check = options.known?.(file);
      if (check === undefined) {
        check = await checkFile(join(root, file.path), file.bytes);
        decoded++;
      }
      checks.set(file.path, check);
      options.onChecked?.(checks.size, decoded);
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane));
  return checks;
}
