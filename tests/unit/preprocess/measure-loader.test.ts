import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { measureLoader } from '../../../src-main/preprocess/measure-loader.ts';
import { temporaryFolder, writePictures } from './make-pictures.ts';

it('measures nothing where there are no pictures, says so, and leaves the workspace empty', async () => {
  const folder = temporaryFolder();
  const workspace = temporaryFolder();
  const size = { height: 8, width: 8 };
  try {
    const missing = measureLoader(join(folder, 'nowhere'), size, workspace);
    await expect(missing).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
    writeFileSync(join(folder, 'notes.txt'), 'no picture');
    writeFileSync(join(folder, 'broken.png'), 'no picture either');
    await expect(measureLoader(folder, size, workspace)).rejects.toMatchObject({ code: 'DATASET_EMPTY' });

    await writePictures(folder, [1, 2, 3]);
    const controller = new AbortController();
    const stopped = measureLoader(folder, size, workspace, {
      onProgress: () => controller.abort(),
      signal: controller.signal,
    });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(workspace)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(workspace, { recursive: true });
  }
});
