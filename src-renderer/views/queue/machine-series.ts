import type { Series } from '../../charts/series.ts';
import type { MachineSample } from '../../../shared/ipc/machine-views.ts';
import { type MemoryPlan, neededMb } from '../../../shared/records/memory-plan.ts';

/** One memory over time: a card's, or the machine's own. */
export interface MemoryCurves {
  key: string;
  title: string;
  series: Series[];
  /** As last seen, MiB; null where it is not told, or the card is gone. */
  usedMb: number | null;
  totalMb: number | null;
  /** Cards only, as last seen. */
  utilization: number | null;
  temperatureC: number | null;
  /** Not in the newest sample: the driver does not name it any more. */
  gone: boolean;
}

export interface MachineCurves {
  memories: MemoryCurves[];
  /** Share of time at work, of processors and cards. */
  load: Series[];
  /** Of cards, °C. */
  temperature: Series[];
  /** Share of the processors, as last seen. */
  processorLoad: number | null;
}

const cardColors = ['--run-2', '--run-3', '--run-4', '--run-5', '--run-6'];

/**
 * The curves of the last hour.
 * @param plan of the run that trains: its peak is a line in the memory that it trains in
 */
export function machineCurves(
  samples: readonly MachineSample[],
  run: { runId: string; plan: MemoryPlan | null } | null,
): MachineCurves {
  const xs = Float64Array.from(samples, ({ time }) => time);
  const last = samples[samples.length - 1];
  const line = (
    name: string,
    color: string,
    of: (sample: MachineSample) => number | null | undefined,
  ): Series => ({
    ...{ name, color, xs },
    ys: Float64Array.from(samples, (sample) => of(sample) ?? NaN),
  });
  const gb = (mb: number | null | undefined): number | null => (mb == null ? null : mb / 1024);
  const workers = [...new Set(samples.flatMap(({ workers }) => workers.map(({ runId }) => runId)))];
  /** The worker of the run that trains, or of whichever run trained last. */
  const shown = run !== null && workers.includes(run.runId) ? run.runId : workers[workers.length - 1];
  const ofWorker = (sample: MachineSample) => sample.workers.find(({ runId }) => runId === shown);
  const peak = (kind: MemoryPlan['device']['kind'], name: string | null): Series[] => {
    const plan = run?.plan;
    if (plan == null || plan.device.kind !== kind || (name !== null && plan.device.name !== name)) return [];
    const text = plan.probedMb === null ? 'predicted peak' : 'probed peak';
    const ends = xs.length === 0 ? [] : [xs[0]!, xs[xs.length - 1]!];
    return [
      {
        ...{ name: text, color: '--chart-valid', dash: [6, 4], xs: ends },
        ys: ends.map(() => neededMb(plan) / 1024),
      },
    ];
  };
  const worker = (of: (sample: MachineSample) => number | null | undefined): Series[] => {
    const series = line('the worker', '--run-3', of);
    return Array.from(series.ys).some(Number.isFinite) ? [series] : [];
  };

  const cards = cardsOf(samples);
  const main: MemoryCurves = {
    ...{ key: 'main', title: 'Main memory', gone: false, utilization: null, temperatureC: null },
    usedMb: last === undefined ? null : last.totalMb - last.freeMb,
    totalMb: last?.totalMb ?? null,
    series: [
      line('all programs', '--chart-train', ({ totalMb, freeMb }) => (totalMb - freeMb) / 1024),
      ...worker((sample) => gb(ofWorker(sample)?.residentMb)),
      ...peak('main-memory', null),
    ],
  };
  const memories = cards.map(({ uuid, name, index }): MemoryCurves => {
    const at = (sample: MachineSample | undefined) => sample?.cards.find((card) => card.uuid === uuid);
    const now = at(last);
    return {
      ...{ key: uuid, title: cards.length > 1 ? `Card ${index}, ${name}` : name, gone: now === undefined },
      ...{ usedMb: now?.usedMb ?? null, totalMb: now?.totalMb ?? null },
      ...{ utilization: now?.utilization ?? null, temperatureC: now?.temperatureC ?? null },
      series: [
        line('all programs', '--chart-train', (sample) => gb(at(sample)?.usedMb)),
        ...worker((sample) => {
          const own = ofWorker(sample);
          return own?.cardUuid === uuid ? gb(own.cardMb) : null;
        }),
        ...peak('card', name),
      ],
    };
  });
  const ofCards = (of: (card: MachineSample['cards'][number]) => number | null): Series[] =>
    cards.map(({ uuid, name }, place) =>
      line(name, cardColors[place % cardColors.length]!, (sample) => {
        const card = sample.cards.find((one) => one.uuid === uuid);
        return card === undefined ? null : of(card);
      }),
    );
  return {
    memories: [...memories, main],
    load: [
      line('processors', '--chart-train', ({ load }) => load),
      ...ofCards(({ utilization }) => utilization),
    ],
    temperature: ofCards(({ temperatureC }) => temperatureC),
    processorLoad: last?.load ?? null,
  };
}

/** Every card that was seen within the hour, by its index. */
function cardsOf(samples: readonly MachineSample[]): MachineSample['cards'] {
  const cards: Record<string, MachineSample['cards'][number]> = {};
  for (const sample of samples) for (const card of sample.cards) cards[card.uuid] = card;
  return Object.values(cards).sort((a, b) => a.index - b.index);
}
