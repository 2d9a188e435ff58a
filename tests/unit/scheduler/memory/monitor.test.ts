import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MachineReading, machineReadingSchema } from '../../../../shared/machine.ts';
import { MemoryMonitor } from '../../../../src-main/scheduler/memory/monitor.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'nvidia');
const first = '0, GPU-aaa, 550.54, 12288, 2048, 10000, 37, 61, 120.50, NVIDIA GeForce RTX 3060';
const second = '1, GPU-bbb, 550.54, 24576, 1, 24000, [N/A], 40, [N/A], NVIDIA GeForce RTX 4090, Founders';

let folder: string;
let monitor: MemoryMonitor | null = null;
const environment = { ...process.env };

/** Puts the stand-in on the PATH and watches what it says. */
function watch(script: { cards?: unknown[]; processes?: unknown[] }, intervalSeconds = 0.1): MemoryMonitor {
  process.env['PATH'] = `${fixtures}${delimiter}${process.env['PATH']}`;
  process.env['FAKE_NVIDIA'] = JSON.stringify(script);
  process.env['FAKE_NVIDIA_COUNT'] = join(folder, 'starts');
  monitor = new MemoryMonitor({ intervalSeconds, retryMs: 20 });
  return monitor;
}

function starts(): string[] {
  return readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n');
}

async function until(condition: (reading: MachineReading) => boolean): Promise<MachineReading> {
  return vi.waitFor(
    () => {
      const { current } = monitor!;
      expect(condition(current)).toBe(true);
      return current;
    },
    { timeout: 15_000, interval: 20 },
  );
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-monitor-'));
});
afterEach(() => {
  monitor?.stop();
  monitor = null;
  process.env = { ...environment };
  rmSync(folder, { recursive: true, force: true });
});

describe('the memory monitor', { timeout: 20_000 }, () => {
  it('reads several cards and the programs on them from two processes that go on running', async () => {
    const program = 'GPU-aaa, 4242, 1500, /usr/bin/python3, with a comma';
    watch({
      cards: [{ repeat: [first, second, { wait: 50 }] }],
      processes: [{ repeat: [program, 'GPU-bbb, 77, [N/A], [Not Found]', { wait: 50 }] }],
    });
    monitor!.start();
    const reading = await until(
      ({ cards }) => cards.length === 2 && cards.every(({ processes }) => processes.length === 1),
    );
    expect(machineReadingSchema.parse(reading)).toEqual(reading);
    expect(reading.cards[0]).toEqual({
      ...{ index: 0, uuid: 'GPU-aaa', name: 'NVIDIA GeForce RTX 3060', driver: '550.54' },
      ...{
        totalMb: 12_288,
        usedMb: 2048,
        freeMb: 10_000,
        utilization: 0.37,
        temperatureC: 61,
        powerW: 120.5,
      },
      processes: [{ pid: 4242, name: '/usr/bin/python3, with a comma', usedMb: 1500 }],
    });
    expect(reading.cards[1]).toMatchObject({
      ...{ name: 'NVIDIA GeForce RTX 4090, Founders', utilization: null, powerW: null },
      processes: [{ pid: 77, usedMb: null }],
    });
    expect(starts()).toHaveLength(2);
    expect(starts().every((line) => / -l /.test(`${line} `))).toBe(true);
  });

  it('tells of readings without being asked, and not more often than its interval', async () => {
    watch({ cards: [{ repeat: [first, { wait: 60 }] }] }, 0.2);
    const times: number[] = [];
    monitor!.on('reading', () => times.push(Date.now()));
    monitor!.start();
    await vi.waitFor(() => expect(times.length).toBeGreaterThan(2), { timeout: 15_000 });
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(Math.min(...gaps)).toBeGreaterThan(150);
  });

  it('keeps a card whose figures are not to be had, without them', async () => {
    const broken = '0, GPU-aaa, 550.54, [Unknown Error], [GPU is lost], [N/A], [N/A], [N/A], [N/A], RTX 3060';
    watch({ cards: ['garbage', '', '1, 2', 'index, uuid, a, b, c, d, e, f, g, name', broken] });
    const { cards } = await monitor!.read();
    expect(cards).toHaveLength(1);
    expect(cards[0]).toMatchObject({ name: 'RTX 3060', totalMb: null, freeMb: null, temperatureC: null });
  });

  it('takes figures with their units, as older drivers print them', async () => {
    watch({ cards: ['0, GPU-aaa, 470.1, 8192 MiB, 10 MiB, 8000 MiB, 5 %, 40, 30.00 W, Card'] });
    const { cards } = await monitor!.read();
    expect(cards[0]).toMatchObject({ totalMb: 8192, freeMb: 8000, utilization: 0.05, powerW: 30 });
  });

  it('lets a card go that vanishes, and says so', async () => {
    const lost = 'Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error';
    const vanished = join(folder, 'vanished');
    watch({
      cards: [
        { repeat: [first, second, { wait: 50 }], until: vanished },
        lost,
        { repeat: [second, { wait: 50 }] },
      ],
    });
    monitor!.start();
    await until(({ cards }) => cards.length === 2);
    writeFileSync(vanished, '');
    // (For a moment the problem is what the driver says, and then that the card is gone.)
    const reading = await until(
      ({ cards, problem }) => cards.length === 1 && problem?.startsWith('Not seen') === true,
    );
    expect(reading.cards[0]!.uuid).toBe('GPU-bbb');
    expect(reading.problem).toContain('RTX 3060');
    // What the other card goes on telling does not take it back.
    const later = await until(({ time }) => time > reading.time);
    expect(later.problem).toContain('RTX 3060');
  });

  it('starts the program again when the driver restarts, ever more patiently', async () => {
    const reason = 'NVIDIA-SMI has failed because it couldn’t communicate with the NVIDIA driver.';
    const [away, back] = [join(folder, 'away'), join(folder, 'back')];
    const told = [first, { wait: 30 }];
    const cards = [{ repeat: told, until: away }, { error: reason, exit: 9, unless: back }, { repeat: told }];
    watch({ cards });
    monitor!.start();
    await until((reading) => reading.cards.length === 1);
    writeFileSync(away, '');
    const reading = await until(({ problem }) => problem?.includes('communicate') === true);
    expect(reading.cards).toEqual([]);
    expect(reading.problem).toContain('communicate with the NVIDIA driver');
    await vi.waitFor(() => expect(starts().length).toBeGreaterThan(4), { timeout: 15_000 });
    writeFileSync(back, '');
    await until(({ cards, problem }) => cards.length === 1 && problem === null);
  });

  it('starts the program again when it tells of no card any more and does not end', async () => {
    const hangs = join(folder, 'hangs');
    watch({ cards: [{ repeat: [first, { wait: 20 }], until: hangs }] }, 0.03);
    monitor!.start();
    await until(({ cards }) => cards.length === 1);
    writeFileSync(hangs, '');
    const silent = await until(({ cards }) => cards.length === 0);
    expect(silent.problem).toContain('RTX 3060');
    // Its successor finds the card.
    rmSync(hangs);
    const times = (): number => starts().filter((line) => line.includes('--query-gpu')).length;
    await until(({ cards, problem }) => times() > 1 && cards.length === 1 && problem === null);
  });

  it('reads what an H100 with driver 580 answered, and the program that held some of its memory', async () => {
    const card = (used: number, free: number, power: string): string =>
      `0, GPU-23ca80a6-cac0-a873-50f3-39705a2d29ab, 580.159.04, 81559, ${used}, ${free}, 0, 50, ${power}, NVIDIA H100 80GB HBM3`;
    const program = 'GPU-23ca80a6-cac0-a873-50f3-39705a2d29ab, 440, 2610, python3';
    watch({
      cards: [card(0, 81_079, '75.77'), { repeat: [{ wait: 60 }, card(2619, 78_461, '129.59')] }],
      processes: [{ repeat: [{ wait: 60 }, program] }],
    });
    monitor!.start();
    const reading = await until(({ cards }) => cards[0]?.processes.length === 1 && cards[0].usedMb! > 0);
    expect(reading.cards[0]).toMatchObject({
      ...{ name: 'NVIDIA H100 80GB HBM3', driver: '580.159.04', totalMb: 81_559, usedMb: 2619 },
      ...{ freeMb: 78_461, powerW: 129.59, processes: [{ pid: 440, name: 'python3', usedMb: 2610 }] },
    });
  });

  it('reads a card anew when it is asked to: what has ended since its last line is not held any more', async () => {
    const held = '0, GPU-aaa, 550.54, 12288, 10000, 2288, 37, 61, 120.50, NVIDIA GeForce RTX 3060';
    const asked = join(folder, 'asked');
    watch({ cards: [held, { until: asked }, { wait: 200 }, first] }, 1);
    expect((await monitor!.read()).cards[0]!.freeMb).toBe(2288);
    writeFileSync(asked, '');
    expect((await monitor!.readAnew()).cards[0]!.freeMb).toBe(10_000);
  });

  it('does not wait for a card that is silent, nor for one that is not there', async () => {
    watch({ cards: [first] }, 0.1);
    await monitor!.read();
    expect((await monitor!.readAnew()).memory.totalMb).toBeGreaterThan(100);
    monitor!.stop();
    monitor = new MemoryMonitor({ programs: [join(folder, 'none')] });
    expect((await monitor.readAnew()).cards).toEqual([]);
  });

  it('has no cards, and no problem, where there is no driver', async () => {
    monitor = new MemoryMonitor({ programs: [join(folder, 'none'), join(folder, 'neither')] });
    const reading = await monitor.read();
    expect(reading).toMatchObject({ cards: [], problem: null });
    expect(reading.memory.totalMb).toBeGreaterThan(100);
    expect(reading.memory.freeMb).toBeLessThanOrEqual(reading.memory.totalMb);
  });

  it('has no cards where the program is there and the driver is not', async () => {
    watch({ cards: [{ error: 'NVIDIA-SMI has failed', exit: 9 }] });
    const began = Date.now();
    expect(await monitor!.read()).toMatchObject({ cards: [], problem: null });
    expect(Date.now() - began).toBeLessThan(2500);
  });

  it('leaves nothing running', async () => {
    watch({ cards: [first] });
    await monitor!.read();
    monitor!.stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const count = starts().length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(starts()).toHaveLength(count);
  });
});
