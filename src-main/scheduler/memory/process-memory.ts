import { readFileSync, readdirSync } from 'node:fs';

/** A process and the memory that is its own: what nobody else would keep if it ended. */
export interface ProcessMemory {
  pid: number;
  name: string;
  mb: number;
}

/** Resident main memory of a process, MiB; null where it has ended or the system does not tell. */
export function residentMb(pid: number): number | null {
  return kilobytes(statusOf(pid), 'VmRSS');
}

/** The processes that this one can see, by id, with their anonymous memory. Empty where the system does not tell. */
export function processMemories(): Map<number, ProcessMemory> {
  const all = new Map<number, ProcessMemory>();
  for (const pid of pids()) {
    const status = statusOf(pid);
    const mb = kilobytes(status, 'RssAnon');
    // Threads of the kernel have none.
    if (mb !== null) all.set(pid, { pid, name: /^Name:\s+(.*)$/m.exec(status!)?.[1] ?? '', mb });
  }
  return all;
}

/** The processes whose environment has a variable with this value: one that was started with it, and all that it started. */
export function processesWith(variable: string, value: string): ProcessMemory[] {
  const wanted = `${variable}=${value}`;
  const found = pids().filter((pid) => read(`/proc/${pid}/environ`)?.split('\0').includes(wanted) === true);
  if (found.length === 0) return [];
  const memories = processMemories();
  return found.flatMap((pid) => memories.get(pid) ?? []);
}

function pids(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function statusOf(pid: number): string | null {
  return read(`/proc/${pid}/status`);
}

function kilobytes(status: string | null, key: string): number | null {
  const match = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status ?? '');
  return match === null ? null : Number(match[1]) / 1024;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended, or is another user's.
    return null;
  }
}
