import type { QueueItem } from '../../shared/records/queue.ts';
import { trainsOnCards } from '../files/card-gauge.ts';
import { MemoryMonitor } from './memory/monitor.ts';

/** A place where one run trains at a time: a card, or a share of the machine. */
export interface Slot {
  /** Shown where there are several: `card 0`, `worker 2`; empty where there is but one. */
  name: string;
  /** Index of the card, as the driver counts them; null on the processor, or where TensorFlow takes the only card. */
  card: number | null;
  /** What its workers' environment has besides. */
  environment: Readonly<Record<string, string>>;
}

/** The whole machine, or its only card. */
export const ONE_SLOT: readonly Slot[] = [{ name: '', card: null, environment: {} }];

/**
 * Where runs train: one slot a card, each of whose workers sees that card alone (CUDA counts cards in the order of the bus,
 * as `nvidia-smi` does, when it is told to). On the processor as many as asked for, which share its cores and its memory.
 * @param cards indices of the machine's cards
 */
export function slotsOf(cards: readonly number[], parallel = 1): readonly Slot[] {
  if (cards.length > 1)
    return cards.map((card) => ({
      name: `card ${card}`,
      card,
      environment: cardEnvironment(card),
    }));
  if (cards.length === 1 || parallel <= 1) return ONE_SLOT;
  return Array.from({ length: parallel }, (_, index) => ({
    ...{ name: `worker ${index + 1}`, card: null, environment: {} },
  }));
}

/** Lets a process see one card alone, of several. */
export function cardEnvironment(card: number): Readonly<Record<string, string>> {
  return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: String(card) };
}

/** What a run's worker has besides in a slot. A recommender trains on the processor: no card is shown to it. */
export function environmentOf({ kind }: Pick<QueueItem, 'kind'>, { environment }: Slot): Slot['environment'] {
  return kind === 'ratings' ? {} : environment;
}

/**
 * The slots of this machine, by what `nvidia-smi` lists where TensorFlow's build trains on cards.
 * @param parallel runs at a time where there are no cards
 */
export async function machineSlots(
  parallel?: number,
  onCards: boolean = trainsOnCards(),
): Promise<readonly Slot[]> {
  if (!onCards) return slotsOf([], parallel);
  const monitor = new MemoryMonitor();
  try {
    const { cards } = await monitor.read();
    return slotsOf(
      cards.map(({ index }) => index),
      parallel,
    );
  } finally {
    monitor.stop();
  }
}
