import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Free and total megabytes (10^6) of the disk that a folder is on, or would be on once it is made. */
export interface DiskReport {
  folder: string;
  freeMb: number;
  totalMb: number;
}

export async function diskOf(folder: string): Promise<DiskReport> {
  let place = folder;
  for (;;) {
    try {
      const disk = await statfs(place);
      const megabytes = (blocks: number): number => Math.round((blocks * disk.bsize) / 1e6);
      return { folder, freeMb: megabytes(disk.bavail), totalMb: megabytes(disk.blocks) };
    } catch (error) {
      if (dirname(place) === place) throw error;
      place = dirname(place);
    }
  }
}
