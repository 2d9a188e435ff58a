import type { MachineReading } from '../../../shared/machine.ts';
import { memoryLimit } from '../worker-limit.ts';
import { type PlanningDevice, deviceOf } from './device.ts';
import { MemoryMonitor } from './monitor.ts';

let monitor: MemoryMonitor | null = null;

/** The one monitor of this process. It holds nothing up when the process wants to end. */
export function machineMonitor(): MemoryMonitor {
  monitor ??= new MemoryMonitor();
  return monitor;
}

/** The memory that a worker would train in if it were started now, the worker before it having ended. */
export async function deviceNow(card: number | null): Promise<PlanningDevice> {
  return deviceIn(await machineMonitor().readAnew(), card);
}

/** The same of a reading that is there already: a card's memory, or the main memory within the limit on each worker. */
export function deviceIn(reading: MachineReading, card: number | null): PlanningDevice {
  const device = deviceOf(reading, card);
  const limit = memoryLimit();
  if (limit === undefined || device.kind === 'card') return device;
  const limitMb = limit / 2 ** 20;
  return limitMb >= device.freeMb
    ? device
    : { ...device, name: 'the limit on each worker', totalMb: limitMb, freeMb: limitMb };
}
