import { nvidiaFigure as figure } from '../../files/nvidia-smi.ts';
import type { CardReading } from '../../../shared/machine.ts';

/** What is asked of each card, in the order in which it is answered. The name comes last, as it alone may hold a comma. */
export const cardFields = [
  ...['index', 'uuid', 'driver_version', 'memory.total', 'memory.used', 'memory.free'],
  ...['utilization.gpu', 'temperature.gpu', 'power.draw', 'name'],
] as const;

/** What is asked of each program on a card. */
export const processFields = ['gpu_uuid', 'pid', 'used_memory', 'process_name'] as const;

export interface ProcessLine {
  uuid: string;
  pid: number;
  usedMb: number | null;
  name: string;
}

/** One card's line; null for anything else that nvidia-smi prints: headings, errors, half a line. */
export function parseCardLine(line: string): Omit<CardReading, 'processes'> | null {
  const cells = split(line, cardFields.length);
  if (cells === null) return null;
  const [index, uuid, driver, total, used, free, utilization, temperature, power, name] = cells;
  if (!/^\d+$/.test(index!) || !/^(GPU|MIG)-/.test(uuid!)) return null;
  const percent = figure(utilization!);
  return {
    index: Number(index),
    uuid: uuid!,
    name: name!,
    driver: driver!,
    totalMb: figure(total!),
    usedMb: figure(used!),
    freeMb: figure(free!),
    utilization: percent === null ? null : Math.min(1, percent / 100),
    temperatureC: figure(temperature!),
    powerW: figure(power!),
  };
}

/** One program's line; null for anything else. */
export function parseProcessLine(line: string): ProcessLine | null {
  const cells = split(line, processFields.length);
  if (cells === null) return null;
  const [uuid, pid, used, name] = cells;
  if (!/^(GPU|MIG)-/.test(uuid!) || !/^\d+$/.test(pid!)) return null;
  return { uuid: uuid!, pid: Number(pid), usedMb: figure(used!), name: name! };
}

/** Cells of a line, commas in the last one kept. */
function split(line: string, count: number): string[] | null {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length < count) return null;
  return [...cells.slice(0, count - 1), cells.slice(count - 1).join(', ')];
}
