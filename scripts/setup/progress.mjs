import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** "274 MB": decimal, as registries and disks count. */
export function megabytes(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}

/** Bytes in all files below `folder`; files that vanish meanwhile count nothing. */
export function folderBytes(folder) {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) bytes += folderBytes(path);
      else if (entry.isFile()) bytes += statSync(path).size;
    }
  } catch {
    // Gone between the listing and the look: it is being moved to its place.
  }
  return bytes;
}

/**
 * Shows how much of a download has arrived while `work` runs, by looking at the folder that it is written to: redrawn in
 * place on a terminal, a line each 25 % elsewhere (logs stay short).
 * @param {string} label what is fetched
 * @param {string} folder where it grows
 * @param {number} total bytes expected
 * @param {() => Promise<T>} work
 * @template T
 */
export async function showGrowth(label, folder, total, work) {
  const terminal = process.stdout.isTTY === true;
  const started = Date.now();
  console.log(`${label}: ${megabytes(total)}`);
  let said = 0;
  const timer = setInterval(
    () => {
      const bytes = Math.min(folderBytes(folder), total);
      const percent = Math.floor((100 * bytes) / total);
      const rate = bytes / Math.max(1, (Date.now() - started) / 1000);
      const line = `  ${megabytes(bytes)} of ${megabytes(total)} (${percent} %), ${megabytes(rate)}/s`;
      if (terminal) process.stdout.write(`\r${line}\u001b[K`);
      else if (percent >= said + 25) {
        said = percent;
        console.log(line);
      }
    },
    terminal ? 250 : 1000,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (terminal) process.stdout.write('\r\u001b[K');
  }
}
