import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type MachineSample, machineSampleSchema } from '../../../shared/ipc/machine-views.ts';
import type { MachineReading } from '../../../shared/machine.ts';
import { MachineWatch } from '../../../src-main/app/machine-watch.ts';
import { ProcessorLoad } from '../../../src-main/scheduler/memory/processor-load.ts';
import { residentMb } from '../../../src-main/scheduler/memory/process-memory.ts';

const card = {
  ...{
    index: 0,
    uuid: 'GPU-a',
    name: 'RTX 3060',
    driver: '550',
    totalMb: 12_288,
    usedMb: 3000,
    freeMb: 9000,
  },
  ...{ utilization: 0.4, temperatureC: 61, powerW: 120 },
  processes: [{ pid: 7, name: 'node', usedMb: 1500 }],
};
const reading = (seconds: number, more: Partial<MachineReading> = {}): MachineReading => ({
  time: new Date(1_700_000_000_000 + 1000 * seconds).toISOString(),
  memory: { totalMb: 8000, freeMb: 5000, bound: 'system' },
  ...{ cards: [card], problem: null, ...more },
});

class FakeMonitor extends EventEmitter {
  started = 0;
  start(): void {
    this.started += 1;
  }
  stop(): void {
    this.started -= 1;
  }
}

function watch(workers = [{ runId: 'r', pid: 7, card: null as number | null }]) {
  const monitor = new FakeMonitor();
  const told: MachineSample[] = [];
  const resident = (pid: number): number => 100 * pid;
  const tell = (sample: MachineSample): void => void told.push(sample);
  const machine = new MachineWatch({ workers: () => workers, tell, monitor, resident });
  return { monitor, told, machine };
}

describe('MachineWatch', () => {
  it('keeps a sample each two seconds of the last hour, and tells each', () => {
    const { monitor, told, machine } = watch();
    expect(monitor.started).toBe(1);
    for (let second = 0; second < 2 * 3600; second += 1) monitor.emit('reading', reading(second));
    expect(told).toHaveLength(3600);
    expect(machine.history).toHaveLength(1800);
    const [first, last] = [machine.history[0]!, machine.history.at(-1)!];
    expect(last.time - first.time).toBe(3_598_000);
    for (const sample of [first, last]) expect(machineSampleSchema.parse(sample)).toEqual(sample);
    machine.stop();
    expect(monitor.started).toBe(0);
  });

  it('says what a worker holds of main memory and of its card, and what is not told', () => {
    const named = watch();
    named.monitor.emit('reading', reading(0));
    expect(named.told[0]).toMatchObject({
      ...{ totalMb: 8000, freeMb: 5000, problem: null },
      cards: [{ uuid: 'GPU-a', usedMb: 3000, utilization: 0.4, temperatureC: 61 }],
      workers: [{ runId: 'r', residentMb: 700, cardUuid: 'GPU-a', cardMb: 1500 }],
    });
    const unnamed = watch([{ runId: 'r', pid: 8, card: 0 }]);
    unnamed.monitor.emit('reading', reading(0));
    expect(unnamed.told[0]!.workers).toMatchObject([{ residentMb: 800, cardUuid: 'GPU-a', cardMb: null }]);
  });

  it('goes on without a card that has vanished', () => {
    const { monitor, told } = watch();
    monitor.emit('reading', reading(0));
    monitor.emit(
      'reading',
      reading(2, { cards: [], problem: 'RTX 3060 is not seen by the driver any more.' }),
    );
    expect(told[1]).toMatchObject({ cards: [], problem: expect.stringContaining('not seen') });
    expect(told[1]!.workers).toMatchObject([{ cardUuid: null, cardMb: null, residentMb: 700 }]);
  });
});

describe('what the system tells of a process and the processors', () => {
  it('reads the resident memory of a process that lives', () => {
    const mb = residentMb(process.pid);
    if (process.platform === 'linux') expect(mb).toBeGreaterThan(20);
    expect(residentMb(2 ** 22 + 1)).toBeNull();
  });

  it('is the busy share between two looks', () => {
    const times = [
      { busy: 10, total: 100 },
      { busy: 40, total: 200 },
      { busy: 40, total: 200 },
    ];
    const load = new ProcessorLoad(() => times.shift() ?? null);
    expect([load.look(), load.look(), load.look()]).toEqual([0.3, null, null]);
    const real = new ProcessorLoad();
    const end = Date.now() + 60;
    while (Date.now() < end);
    const share = real.look();
    if (share !== null) expect(share).toBeGreaterThan(0);
  });
});
