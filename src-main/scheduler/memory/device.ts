import type { MachineReading } from '../../../shared/machine.ts';
import type { MemoryDevice } from '../../../shared/records/memory-plan.ts';
import { trainsOnCards } from '../../files/card-gauge.ts';

/** A device to plan for, and the driver that it depends on. */
export interface PlanningDevice extends MemoryDevice {
  driver: string | null;
}

/**
 * The memory that a worker would train in.
 * @param card its index; null: the first one
 */
export function deviceOf(
  reading: MachineReading,
  card: number | null = null,
  onCards: boolean = trainsOnCards(),
): PlanningDevice {
  const found = onCards
    ? reading.cards.find(({ index }) => index === (card ?? reading.cards[0]?.index))
    : undefined;
  if (found !== undefined && found.totalMb !== null && found.freeMb !== null) {
    const { name, totalMb, freeMb, driver } = found;
    return { kind: 'card', name, totalMb, freeMb, driver };
  }
  const { totalMb, freeMb } = reading.memory;
  return { kind: 'main-memory', name: 'main memory', totalMb, freeMb, driver: null };
}
