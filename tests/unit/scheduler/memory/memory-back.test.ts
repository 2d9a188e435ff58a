import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MachineReading } from '../../../../shared/machine.ts';
import { MemoryBack } from '../../../../src-main/scheduler/memory/memory-back.ts';
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

/** A card of which 500 MiB are used, and that is watched until a probe has taken 3000 more; `after`: what the driver tells from there. */
async function onCard(after: { cards: unknown[]; processes: unknown[] }): Promise<MemoryBack> {
  process.env['PATH'] = `${fixtures}${delimiter}${process.env['PATH']}`;
  const begun = join(folder, 'begun');
  process.env['FAKE_NVIDIA'] = JSON.stringify({
    cards: [card(500), { until: begun }, card(3500), { wait: 100 }, ...after.cards],
    processes: ['GPU-aaa, 41, 480, /usr/bin/Xorg', { until: begun }, ...after.processes],
  });
  monitor = new MemoryMonitor({ intervalSeconds: 0.5, retryMs: 20 });
  const read = (): Promise<MachineReading> => monitor!.read();
  const back = await MemoryBack.watch({ read, device, left: nobody, waitMs: 1500 });
  writeFileSync(begun, '');
  await expect.poll(() => monitor!.current.cards[0]?.usedMb, { timeout: 5000 }).not.toBe(500);
  return back;
}

const again = (step: string): unknown[] => Array.from({ length: 60 }, () => [step, { wait: 100 }]).flat();

describe('the memory after a probe', { timeout: 20_000 }, () => {
  it('is back on a card once the driver has freed it', async () => {
    const back = await onCard({
      cards: [{ wait: 300 }, ...again(card(530))],
      processes: again('GPU-aaa, 41, 480, /usr/bin/Xorg'),
    });
    expect(await back.problem(3000)).toBeNull();
    expect(monitor!.current.cards[0]!.usedMb).toBe(530);
  });

  it('is told of where a program keeps it: how much, and which', async () => {
    const back = await onCard({
      cards: again(card(3500)),
      processes: again('GPU-aaa, 4242, 2950, /usr/bin/node'),
    });
    const problem = await back.problem(3000);
    expect(problem).toContain('2.9 GiB more of RTX 3060');
    expect(problem).toContain('/usr/bin/node 4242 (2.9 GiB)');
  });

  it('is told of where the driver names nobody', async () => {
    const back = await onCard({ cards: again(card(3500)), processes: [] });
    expect(await back.problem()).toContain('by no program that the system names');
  });

  it('is the machine’s again where others took as much for themselves, and not where nobody has it', async () => {
    const memory = { totalMb: 16_000, freeMb: 12_000, bound: 'system' as const };
    const others = new Map([[7, { pid: 7, name: 'browser', mb: 1000 }]]);
    const back = await MemoryBack.watch({
      read: () => Promise.resolve({ time: '', cards: [], problem: null, memory: { ...memory } }),
      device: { kind: 'main-memory', name: 'main memory' },
      ...{ left: nobody, waitMs: 0, processes: () => new Map(others) },
    });
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
