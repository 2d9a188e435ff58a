/** NVIDIA's program for asking its driver, in the order of trying. Under WSL2 it is Windows' own and often not on the PATH. */
export const NVIDIA_SMI: readonly string[] = ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'];

/** A number of a cell, also where units were not left out; null for `[N/A]`, `[Unknown Error]`, `[GPU is lost]` and the like. */
export function nvidiaFigure(cell: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(?:MiB|%|W|C)?$/.exec(cell);
  return match === null ? null : Number(match[1]);
}
