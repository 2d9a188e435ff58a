import { execFile } from 'node:child_process';

/** What NVIDIA's driver says of itself and its cards. Memory in MiB, as nvidia-smi counts. */
export interface NvidiaReport {
  driver: string;
  /** The newest CUDA that the driver runs. */
  cuda: string | null;
  cards: { name: string; totalMb: number; freeMb: number }[];
}

/** Under WSL2 the program is Windows' own and often not on the PATH. */
const PROGRAMS = ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'];

/** Asks nvidia-smi; null where there is no NVIDIA driver. */
export async function askNvidia(): Promise<NvidiaReport | null> {
  for (const program of PROGRAMS) {
    const cards = await output(program, [
      '--query-gpu=name,driver_version,memory.total,memory.free',
      '--format=csv,noheader,nounits',
    ]);
    if (cards !== null) return parseNvidia(cards, (await output(program, [])) ?? '');
  }
  return null;
}

/** Reads the two outputs of nvidia-smi: the queried lines, and its plain table (which alone names the CUDA version). */
export function parseNvidia(query: string, table: string): NvidiaReport | null {
  const rows = query
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 4);
  const driver = rows[0]?.[1];
  if (driver === undefined) return null;
  return {
    driver,
    cuda: /CUDA(?: UMD)? Version\s*:\s*([\d.]+)/.exec(table)?.[1] ?? null,
    cards: rows.map(([name, , total, free]) => ({
      name: name ?? '',
      totalMb: Number(total),
      freeMb: Number(free),
    })),
  };
}

function output(program: string, args: string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 10_000 }, (error, stdout) => resolve(error === null ? stdout : null));
  });
}
