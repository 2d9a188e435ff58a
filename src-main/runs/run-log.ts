import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';
import { runFolder } from './run-writer.ts';

/**
 * The end of what a run's worker and its native libraries printed (`worker.log`), from the beginning of a line. Null when there
 * is no such file: nothing was printed yet.
 * @param most bytes that are read
 */
export async function readLogEnd(
  workspace: string,
  runId: string,
  most: number,
): Promise<{ text: string; cut: boolean } | null> {
  const path = join(runFolder(workspace, runId), layout.run.log);
  try {
    const { size } = await stat(path);
    const from = Math.max(0, size - most);
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(size - from);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      const text = bytes.subarray(0, bytesRead).toString('utf8');
      return from === 0 ? { text, cut: false } : { text: text.slice(text.indexOf('\n') + 1), cut: true };
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
