import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { MainMemoryReading } from '../../../shared/machine.ts';

const MB = 2 ** 20;

/** Reads a file of the kernel's; null where there is none. Tests give their own. */
export type ReadSystemFile = (path: string) => string | null;

const readSystemFile: ReadSystemFile = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/**
 * The main memory that a new process could have: what the kernel estimates to be available, bounded by the control groups that
 * this process is in (a container's limit is one) and by the limits that it was started under (`ulimit`, `prlimit`), which its
 * workers inherit.
 */
export function readMainMemory(read: ReadSystemFile = readSystemFile): MainMemoryReading {
  const info = read('/proc/meminfo') ?? '';
  const kilobytes = (key: string): number | null => {
    const match = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(info);
    return match === null ? null : Number(match[1]) / 1024;
  };
  const total = kilobytes('MemTotal') ?? totalmem() / MB;
  let reading: MainMemoryReading = {
    totalMb: total,
    freeMb: kilobytes('MemAvailable') ?? freemem() / MB,
    bound: 'system',
  };
  for (const { limitMb, freeMb } of controlGroups(read)) {
    if (limitMb < total && freeMb < reading.freeMb)
      reading = { totalMb: limitMb, freeMb: Math.max(0, freeMb), bound: 'control group' };
  }
  const limit = processLimitMb(read);
  if (limit !== null && limit < reading.freeMb)
    reading = { totalMb: Math.min(limit, reading.totalMb), freeMb: limit, bound: 'process limit' };
  return reading;
}

/** What the kernel keeps for somebody: programs' pages, shared ones, its own that cannot be given up. */
const ACCOUNTED = ['AnonPages', 'Shmem', 'SUnreclaim', 'KernelStack', 'PageTables', 'Hugetlb'];

/**
 * Main memory that has an owner, MiB; null where the system does not tell. Free memory may shrink without one: a virtual machine's host
 * takes it back for a while (a balloon).
 */
export function accountedMb(read: ReadSystemFile = readSystemFile): number | null {
  const info = read('/proc/meminfo') ?? '';
  const amounts = ACCOUNTED.map((key) =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(info)?.[1] ?? NaN),
  );
  return Number.isNaN(amounts[0]) ? null : amounts.reduce((sum, kb) => sum + (kb || 0), 0) / 1024;
}

/** Limit and remaining memory of each control group from this process's own up to the root. Version 2, then version 1. */
function controlGroups(read: ReadSystemFile): { limitMb: number; freeMb: number }[] {
  const groups = read('/proc/self/cgroup') ?? '';
  const second = /^0::(.*)$/m.exec(groups)?.[1];
  const first = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1];
  return [
    ...(second === undefined
      ? []
      : upwards(second).map((path) =>
          groupOf(read, join('/sys/fs/cgroup', path), 'memory.max', 'memory.current', 'inactive_file'),
        )),
    ...(first === undefined
      ? []
      : upwards(first).map((path) =>
          groupOf(
            read,
            join('/sys/fs/cgroup/memory', path),
            'memory.limit_in_bytes',
            'memory.usage_in_bytes',
            'total_inactive_file',
          ),
        )),
  ].filter((group) => group !== null);
}

function groupOf(
  read: ReadSystemFile,
  folder: string,
  limitFile: string,
  usageFile: string,
  inactive: string,
): { limitMb: number; freeMb: number } | null {
  const limit = Number.parseInt(read(join(folder, limitFile)) ?? '', 10);
  const usage = Number.parseInt(read(join(folder, usageFile)) ?? '', 10);
  if (!Number.isFinite(limit) || !Number.isFinite(usage)) return null;
  // File pages that nobody has touched lately are given up when memory is wanted.
  const stat = new RegExp(`^${inactive} (\\d+)$`, 'm').exec(read(join(folder, 'memory.stat')) ?? '');
  return { limitMb: limit / MB, freeMb: (limit - usage + Number(stat?.[1] ?? 0)) / MB };
}

/** A path and all folders above it. */
function upwards(path: string): string[] {
  const up = dirname(path);
  return up === path ? [path] : [path, ...upwards(up)];
}

/** The least of the limits on address space, data and resident memory that this process was started under. */
function processLimitMb(read: ReadSystemFile): number | null {
  const limits = [...(read('/proc/self/limits') ?? '').matchAll(/^Max (?:data size|resident set)\s+(\d+)/gm)];
  return limits.length === 0 ? null : Math.min(...limits.map(([, bytes]) => Number(bytes) / MB));
}
