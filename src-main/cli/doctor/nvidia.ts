import { execFile } from 'node:child_process';
import type { CardReading } from '../../../shared/machine.ts';
import { MemoryMonitor } from '../../scheduler/memory/monitor.ts';
import { NVIDIA_SMI } from '../../files/nvidia-smi.ts';

/** What NVIDIA's driver says of itself and its cards. Memory in MiB, as nvidia-smi counts. */
export interface NvidiaReport {
  driver: string;
  /** The newest CUDA that the driver runs. */
  cuda: string | null;
  cards: { name: string; totalMb: number; freeMb: number }[];
}

/** What the monitor sees of the cards, and the CUDA version, which only nvidia-smi's plain table names; null where there is no card. */
export async function askNvidia(programs: readonly string[] = NVIDIA_SMI): Promise<NvidiaReport | null> {
  const monitor = new MemoryMonitor({ programs });
  try {
    const { cards } = await monitor.read();
    if (cards.length === 0) return null;
    for (const program of programs) {
      const table = await output(program, []);
      if (table !== null) return nvidiaReport(cards, table);
    }
    return nvidiaReport(cards, '');
  } finally {
    monitor.stop();
  }
}

/** @param table what nvidia-smi prints when it is asked for nothing */
function nvidiaReport(
  cards: readonly Pick<CardReading, 'name' | 'driver' | 'totalMb' | 'freeMb'>[],
  table: string,
): NvidiaReport {
  return {
    driver: cards[0]?.driver ?? 'unknown',
    cuda: /CUDA(?: UMD)? Version\s*:\s*([\d.]+)/.exec(table)?.[1] ?? null,
    cards: cards.map(({ name, totalMb, freeMb }) => ({ name, totalMb: totalMb ?? 0, freeMb: freeMb ?? 0 })),
  };
}

function output(program: string, args: string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 10_000 }, (error, stdout) => resolve(error === null ? stdout : null));
  });
}
