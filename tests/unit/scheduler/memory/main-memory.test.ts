import { describe, expect, it } from 'vitest';
import { accountedMb, readMainMemory } from '../../../../src-main/scheduler/memory/main-memory.ts';

const GB = 2 ** 30;
const meminfo = 'MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n';

function machine(files: Record<string, string>): ReturnType<typeof readMainMemory> {
  return readMainMemory((path) => ({ '/proc/meminfo': meminfo, ...files })[path] ?? null);
}

describe('main memory', () => {
  it('is what the system says is available', () => {
    expect(machine({})).toEqual({ totalMb: 16_384, freeMb: 8192, bound: 'system' });
  });

  it('is bounded by a control group, whose untouched file pages count as free', () => {
    const reading = machine({
      '/proc/self/cgroup': '0::/user/job\n',
      '/sys/fs/cgroup/user/job/memory.max': String(4 * GB),
      '/sys/fs/cgroup/user/job/memory.current': String(3 * GB),
      '/sys/fs/cgroup/user/job/memory.stat': `anon 5\ninactive_file ${GB / 2}\n`,
    });
    expect(reading).toEqual({ totalMb: 4096, freeMb: 1536, bound: 'control group' });
  });

  it('is bounded by a group further up, and not by one without a limit', () => {
    const reading = machine({
      '/proc/self/cgroup': '0::/user/job\n',
      '/sys/fs/cgroup/user/job/memory.max': 'max\n',
      '/sys/fs/cgroup/user/job/memory.current': String(3 * GB),
      '/sys/fs/cgroup/user/memory.max': String(2 * GB),
      '/sys/fs/cgroup/user/memory.current': String(GB),
    });
    expect(reading).toMatchObject({ freeMb: 1024, bound: 'control group' });
  });

  it('knows version 1 of control groups, and its limit that is none', () => {
    const files = (limit: number): Record<string, string> => ({
      '/proc/self/cgroup': '5:cpu:/\n4:memory:/docker/abc\n',
      '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': String(limit),
      '/sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes': String(GB),
    });
    expect(machine(files(3 * GB))).toMatchObject({ freeMb: 2048, totalMb: 3072 });
    expect(machine(files(9223372036854771712))).toMatchObject({ freeMb: 8192, bound: 'system' });
  });

  it('is bounded by the limits that the process was started under', () => {
    const limits = (bytes: string): string =>
      `Limit                     Soft Limit           Hard Limit           Units\nMax data size             ${bytes}           unlimited            bytes\n`;
    expect(machine({ '/proc/self/limits': limits(String(2 * GB)) })).toMatchObject({
      freeMb: 2048,
      bound: 'process limit',
    });
    expect(machine({ '/proc/self/limits': limits('unlimited') })).toMatchObject({ bound: 'system' });
  });

  it('has owners for what programs and the kernel keep, not for what a host took back', () => {
    const told =
      'AnonPages: 1048576 kB\nShmem: 2048 kB\nSUnreclaim: 1024 kB\nPageTables: 1024 kB\nCached: 9999 kB\n';
    expect(accountedMb(() => meminfo + told)).toBe(1028);
    expect(accountedMb(() => meminfo)).toBeNull();
    expect(accountedMb(() => null)).toBeNull();
  });

  it('is read on this machine, whatever it has', () => {
    const { totalMb, freeMb, bound } = readMainMemory();
    expect(totalMb).toBeGreaterThan(256);
    expect(freeMb).toBeGreaterThan(0);
    expect(freeMb).toBeLessThanOrEqual(totalMb);
    if (bound === 'system') expect(accountedMb() ?? 0).toBeLessThan(totalMb);
  });
});
