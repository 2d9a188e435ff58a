import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MachineReading } from '../../../../shared/machine.ts';
import { MemoryBack, type MemoryBackOptions } from '../../../../src-main/scheduler/memory/memory-back.ts';
import { MemoryMonitor } from '../../../../src-main/scheduler/memory/monitor.ts';
import { processMemories, processesWith } from '../../../../src-main/scheduler/memory/process-memory.ts';

const environment = { ...process.env };
const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'nvidia');
let folder: string;
let monitor: MemoryMonitor | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-back-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  monitor?.stop();
  monitor = null;
  process.env = { ...environment };
});

const card = (usedMb: number): string =>
  `0, GPU-aaa, 550.54, 12288, ${usedMb}, ${12_000 - usedMb}, 37, 61, 120.50, RTX 3060`;
const device = { kind: 'card', name: 'RTX 3060' } as const;
const nobody = () => [];

const again = (...lines: string[]): unknown => ({ repeat: [...lines, { wait: 100 }] });
/** Ends what is told of the card, and of the programs on it, until now. */
const ended = (name: string): void => writeFileSync(join(folder, name), '');

/** Watches main memory as it is told at each moment, with nothing on it but what is said otherwise. */
function ofMainMemory(
  memory: MachineReading['memory'],
  told: Pick<MemoryBackOptions, 'processes' | 'accounted'>,
): Promise<MemoryBack> {
  return MemoryBack.watch({
    read: () => Promise.resolve({ time: '', cards: [], problem: null, memory: { ...memory } }),
    device: { kind: 'main-memory', name: 'main memory' },
    ...{ left: nobody, waitMs: 0, processes: () => new Map(), accounted: () => null, ...told },
  });
}

/**
 * A card of which 500 MiB are used, and that is watched until a probe has taken 3000 more; `after`: what the driver tells once that has
 * `ended`, and `programs` meanwhile.
 */
async function onCard(after: unknown[], programs: string[], waitMs: number): Promise<MemoryBack> {
  process.env['PATH'] = `${fixtures}${delimiter}${process.env['PATH']}`;
  const [begun, over] = [join(folder, 'begun'), join(folder, 'over')];
  const told = (line: string, until: string): unknown => ({ repeat: [line, { wait: 100 }], until });
  process.env['FAKE_NVIDIA'] = JSON.stringify({
    cards: [told(card(500), begun), told(card(3500), over), ...after],
    processes: [told('GPU-aaa, 41, 480, /usr/bin/Xorg', begun), again(...programs)],
  });
  monitor = new MemoryMonitor({ intervalSeconds: 0.5, retryMs: 20 });
  const read = (): Promise<MachineReading> => monitor!.read();
  await expect.poll(async () => (await read()).cards[0]?.processes.length, { timeout: 10_000 }).toBe(1);
  const back = await MemoryBack.watch({ read, device, left: nobody, waitMs });
  ended('begun');
  await expect.poll(() => monitor!.current.cards[0]?.usedMb, { timeout: 10_000 }).toBe(3500);
  return back;
}

describe('the memory after a probe', { timeout: 20_000 }, () => {
  it('is back on a card once the driver has freed it', async () => {
    const back = await onCard([again(card(530))], ['GPU-aaa, 41, 480, /usr/bin/Xorg'], 15_000);
    const problem = back.problem(3000);
    let early = true;
    void problem.then(() => (early = !existsSync(join(folder, 'over'))));
    await sleep(300);
    ended('over');
    expect(await problem).toBeNull();
    expect(early).toBe(false);
    await expect.poll(() => monitor!.current.cards[0]?.usedMb, { timeout: 10_000 }).toBe(530);
  });

  it('is told of where a program keeps it: how much, and which', async () => {
    const back = await onCard([], ['GPU-aaa, 4242, 2950, /usr/bin/node'], 1500);
    const named = () => monitor!.current.cards[0]?.processes.some(({ pid }) => pid === 4242);
    await expect.poll(named, { timeout: 10_000 }).toBe(true);
    const problem = await back.problem(3000);
    expect(problem).toContain('2.9 GiB more of RTX 3060');
    expect(problem).toContain('/usr/bin/node 4242 (2.9 GiB)');
  });

  it('is told of where the driver names nobody', async () => {
    const back = await onCard([], [], 500);
    expect(await back.problem()).toContain('by no program that the system names');
  });

  it('is the machine’s again where others took as much for themselves, and not where nobody has it', async () => {
    const memory = { totalMb: 16_000, freeMb: 12_000, bound: 'system' as const };
    const others = new Map([[7, { pid: 7, name: 'browser', mb: 1000 }]]);
    const back = await ofMainMemory(memory, { processes: () => new Map(others) });
    memory.freeMb = 11_500;
    expect(await back.problem(600)).toContain(
      '500 MiB more of main memory is held than before it, by no program',
    );
    others.set(7, { pid: 7, name: 'browser', mb: 1450 });
    expect(await back.problem(600)).toBeNull();
    others.set(7, { pid: 7, name: 'browser', mb: 1100 });
    expect(await back.problem(600)).toMatch(/400 MiB more .* browser 7 \(100 MiB\)/);
    // Five per cent of what the probe took.
    expect(await back.problem(8000)).toBeNull();
    // What closes meanwhile gives nothing to anybody.
    others.clear();
    memory.freeMb = 12_000;
    expect(await back.problem(600)).toBeNull();
  });

  it('is back where the host of a virtual machine took some of the free memory, which has no owner then', async () => {
    const memory = { totalMb: 16_000, freeMb: 12_000, bound: 'system' as const };
    let accounted = 3000;
    const back = await ofMainMemory(memory, { accounted: () => accounted });
    memory.freeMb = 11_500;
    accounted = 3020;
    expect(await back.problem(600)).toBeNull();
    // Shared memory that is left behind has no process, but it is accounted for.
    accounted = 3400;
    expect(await back.problem(600)).toContain('400 MiB more of main memory is held than before it');
  });

  it('is not back in a container of which much is left, though another one of the machine gives more back', async () => {
    const memory = { totalMb: 8000, freeMb: 6000, bound: 'control group' as const };
    let accounted = 9000;
    const back = await ofMainMemory(memory, { accounted: () => accounted });
    memory.freeMb = 5500;
    accounted = 7500;
    expect(await back.problem(600)).toContain('500 MiB more of main memory is held than before it');
  });

  it('is not back while a process lives that the probe had started', async () => {
    const holds =
      'const held = new Uint8Array(200 * 2 ** 20).fill(1); console.log(held.length); setInterval(() => 0, 1e6)';
    const child = spawn(process.execPath, ['-e', holds], {
      ...{ stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, GRANARY_TEST_MARK: 'memory-back' } },
    });
    const left = (): ReturnType<typeof processesWith> => processesWith('GRANARY_TEST_MARK', 'memory-back');
    try {
      await once(child.stdout, 'data');
      expect(processMemories().get(child.pid!)!.mb).toBeGreaterThan(200);
      expect(left().map(({ pid }) => pid)).toEqual([child.pid]);
      const device = { kind: 'card', name: 'none' } as const;
      monitor = new MemoryMonitor({ programs: [] });
      const back = await MemoryBack.watch({ read: () => monitor!.read(), device, left, waitMs: 0 });
      expect(await back.problem()).toContain(`still live: node ${child.pid} (`);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(left()).toEqual([]);
  });
});
