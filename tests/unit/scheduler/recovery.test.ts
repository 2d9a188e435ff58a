import { describe, expect, it } from 'vitest';
import { tellsOfMemory } from '../../../shared/out-of-memory.ts';
import { MemoryKills } from '../../../src-main/scheduler/memory-kills.ts';
import { nextAccumulation, recoveryOf } from '../../../src-main/scheduler/recovery.ts';
import { limited, memoryLimit } from '../../../src-main/scheduler/worker-limit.ts';
import { workerFailure } from '../../../src-main/worker/failure.ts';

const config = { batchSize: 64 };

describe('what becomes of a run whose worker failed', () => {
  it('doubles accumulation at most log2(batch) times for want of memory, then tries checkpointing', () => {
    let accum = 1;
    let checkpointing = false;
    const seen: [number, boolean][] = [];
    for (;;) {
      const error = { code: 'WORKER_OUT_OF_MEMORY' as const, message: 'OOM.' };
      const recovery = recoveryOf(error, { item: { config }, accum, checkpointing, fruitless: 1 });
      if (!recovery.again) {
        expect(recovery.error.message).toMatch(/one picture already, with checkpointing/);
        break;
      }
      ({ accum, checkpointing } = recovery);
      seen.push([accum, checkpointing]);
    }
    const doubled = [2, 4, 8, 16, 32, 64].map((accum) => [accum, false]);
    expect(seen).toEqual([...doubled, [64, true]]);
  });

  it('keeps to divisors of the batch', () => {
    expect(nextAccumulation(48, 16)).toBe(48);
    expect(nextAccumulation(50, 1)).toBe(2);
    expect(nextAccumulation(50, 2)).toBe(5);
    expect(nextAccumulation(7, 1)).toBe(7);
    expect(nextAccumulation(1, 1)).toBeNull();
  });

  it('starts a killed worker again as it was, then with less memory, and gives up when it gets no further', () => {
    const error = { code: 'WORKER_KILLED' as const, message: 'Killed.' };
    const after = (fruitless: number) =>
      recoveryOf(error, { item: { config }, accum: 1, checkpointing: true, fruitless });
    expect(after(1)).toMatchObject({ again: true, accum: 1, checkpointing: true });
    expect(after(2)).toMatchObject({ again: true, accum: 2 });
    expect(after(4)).toEqual({ again: false, error });
  });

  it('does not try a bug again', () => {
    for (const code of ['WORKER_CRASHED', 'INTERNAL', 'TRAINING_DIVERGED', 'NO_SPACE'] as const)
      expect(
        recoveryOf({ code, message: 'x' }, { item: { config }, accum: 1, checkpointing: false, fruitless: 1 })
          .again,
      ).toBe(false);
  });
});

describe('words that tell of memory', () => {
  it.each([
    'OOM when allocating tensor with shape[64,128,32,32] and type float on /CPU:0 by allocator cpu',
    'RESOURCE_EXHAUSTED: failed to allocate memory',
    "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc",
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'RangeError: Array buffer allocation failed',
    'Operation received an exception:Status: 1, message: could not create a memory object',
    "terminate called after throwing an instance of 'dnnl::error'\n  what():  could not create a primitive\n",
    'Check failed: ret == 0 (11 vs. 0)Thread tf_intra_op creation via pthread_create() failed.',
    'ENOMEM: not enough memory, read',
  ])('"%s" does', (text) => expect(tellsOfMemory(text)).toBe(true));

  it.each([
    'Invalid argument: Incompatible shapes: [2] vs. [3]',
    'Allocation of 9830400 exceeds 10% of free system memory.',
    'Segmentation fault',
    'Operation received an exception:Status: 2, message: could not create a primitive',
    "instance of 'dnnl::error'\n  what():  could not create a primitive descriptor for a matmul primitive",
  ])('"%s" does not', (text) => expect(tellsOfMemory(text)).toBe(false));

  it('give a worker’s failure its code; a full disk has its own', () => {
    expect(workerFailure(new Error('OOM when allocating tensor'))).toMatchObject({
      code: 'WORKER_OUT_OF_MEMORY',
      fix: expect.stringContaining('--accum'),
    });
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(workerFailure(full)).toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(/unchanged/),
    });
    const bug = new TypeError('x is not a function');
    expect(workerFailure(bug)).toBe(bug);
  });
});

describe('kills for want of memory', () => {
  it('are told from others by the counters of the machine and of the control group', () => {
    const files: Record<string, string> = { '/proc/vmstat': 'pgfault 7\noom_kill 3\n' };
    const read = (path: string): string => {
      if (files[path] === undefined) throw new Error('ENOENT');
      return files[path];
    };
    const kills = new MemoryKills(read);
    expect(kills.happened()).toBe(false);
    // A counter that was not there before tells nothing.
    files['/sys/fs/cgroup/memory.events'] = 'low 0\noom 5\noom_kill 5\n';
    expect(kills.happened()).toBe(false);
    files['/proc/vmstat'] = 'pgfault 9\noom_kill 4\n';
    expect(kills.happened()).toBe(true);

    const again = new MemoryKills(read);
    files['/sys/fs/cgroup/memory.events'] = 'low 0\noom 6\noom_kill 6\n';
    expect(again.happened()).toBe(true);
    expect(new MemoryKills(() => '').happened()).toBe(false);
  });
});

describe('a limit on a worker’s memory', () => {
  it('is read from a person’s words and set by prlimit', () => {
    expect(memoryLimit('6GB')).toBe(6 * 2 ** 30);
    expect(memoryLimit('1.5 GiB')).toBe(1.5 * 2 ** 30);
    expect(memoryLimit('800m')).toBe(800 * 2 ** 20);
    expect(memoryLimit('')).toBeUndefined();
    expect(() => memoryLimit('much')).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(limited('/bin/node', undefined)).toEqual({ execPath: '/bin/node', execArgv: [] });
    if (process.platform === 'linux')
      expect(limited('/bin/node', 1000)).toEqual({
        execPath: 'prlimit',
        execArgv: ['--data=1000', '/bin/node'],
      });
  });
});
