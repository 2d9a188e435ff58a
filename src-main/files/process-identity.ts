import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/**
 * Names one process for good. A pid alone does not: after a crash the kernel gives it to someone else, so its start time is
 * kept too; both only mean something on the machine, boot and pid namespace (containers) that `place` names.
 */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** Opaque; null where the system does not tell. Linux: clock ticks since boot (proc(5), field 22). */
  startTime: z.string().nullable(),
  place: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** Start time of a process; undefined when there is none of that pid; null when the system does not tell. */
function startTimeOf(pid: number): string | null | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command's name may hold spaces and brackets: fields are counted after its last bracket.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // Z and X: it has ended, only its parent has not asked yet.
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]!;
    } catch {
      return undefined;
    }
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  if (process.platform === 'win32') return null;
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.status === 0 ? ps.stdout.trim() : null;
}

let here: string | undefined;

/** The machine, boot and pid namespace that this process's pids belong to. */
export function processPlace(): string {
  if (here !== undefined) return here;
  const parts = [hostname()];
  if (process.platform === 'linux') {
    try {
      parts.push(
        readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
        readlinkSync('/proc/self/ns/pid'),
      );
    } catch {
      // A locked-down /proc: the host's name alone must do.
    }
  }
  here = parts.join(' ');
  return here;
}

/** Identity of a process of this machine, by default this one; null when it does not exist. */
export function identityOf(pid: number = process.pid): ProcessIdentity | null {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? null : { pid, startTime, place: processPlace() };
}

/** Whether that very process still runs. `elsewhere`: it belongs to another machine, boot or container, so nobody can say. */
export function livenessOf(identity: ProcessIdentity): 'alive' | 'dead' | 'elsewhere' {
  if (identity.place !== processPlace()) {
    // The same host's earlier boot is over, with all its processes.
    const [host, boot] = identity.place.split(' ');
    const [hostNow, bootNow] = processPlace().split(' ');
    return host === hostNow && boot !== bootNow ? 'dead' : 'elsewhere';
  }
  const startTime = startTimeOf(identity.pid);
  if (startTime === undefined) return 'dead';
  return startTime === null || identity.startTime === null || startTime === identity.startTime
    ? 'alive'
    : 'dead';
}
