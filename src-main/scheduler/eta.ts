import { architecture } from '../../shared/architectures/index.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import type { EpochLog, RunHeader } from '../../shared/records/run-record.ts';

/** A run of which at least one epoch is known: what later ones are estimated from. */
export interface MeasuredRun {
  kind?: 'pictures';
  config: RunConfig;
  counts: RunHeader['counts'];
  epochs: readonly EpochLog[];
  /** Seconds that a picture took in a step with all layers, tried before frozen epochs. */
  fullPace?: number;
  /** From its first file to its last; null while it trains. */
  seconds: number | null;
}

/** Forward and backward take about three times a forward pass. Only used until both have been measured or tried. */
const FULL_OVER_FROZEN = 3;
/** Start of the process, reading the dataset, recording the graph: until a run has finished. */
const OVERHEAD_SECONDS = 8;

/** Multiply–adds of one picture, forward, in units of 10⁹: the architecture's own number, by area. */
export function gmacsOf({ arch, size }: Pick<RunConfig, 'arch' | 'size'>): number {
  const { gmacs, defaultSize } = architecture(arch);
  const { height, width } = defaultSize;
  return (gmacs * size.height * size.width) / (height * width);
}

/** Epochs of each kind. From scratch nothing is frozen. */
function epochsOf(config: RunConfig): { frozen: number; full: number } {
  return config.weights === 'none'
    ? { frozen: 0, full: config.epochs + config.frozenEpochs }
    : { frozen: config.frozenEpochs, full: config.epochs };
}

/** Pictures that the final predictions look at, each view counted. */
function finalLooks(config: RunConfig, { valid, holdout, test }: MeasuredRun['counts']): number {
  const views = 1 + (config.augment === null ? 0 : config.ttaViews);
  return views * (valid + holdout + test);
}

/** Seconds that a picture costs per GMAC: trained in either kind of epoch, or looked at; and what a run costs besides. */
interface Rates {
  full: number;
  frozen: number;
  look: number;
  overhead: number;
}

function ratesOf(runs: readonly MeasuredRun[]): Rates | null {
  const ratio = (
    seconds: (log: EpochLog) => number,
    pictures: (run: MeasuredRun) => number,
    which: (log: EpochLog) => boolean,
  ): number | null => {
    let [time, work] = [0, 0];
    for (const run of runs) {
      for (const log of run.epochs.filter(which)) {
        time += seconds(log);
        work += pictures(run) * gmacsOf(run.config);
      }
    }
    return work > 0 ? time / work : null;
  };
  const trained = (phase: EpochLog['phase']): number | null =>
    ratio(
      (log) => log.trainSeconds,
      (run) => run.counts.train,
      (log) => log.phase === phase,
    );
  const [fullSeen, frozenSeen] = [trained('full'), trained('frozen')];
  const tried = runs.flatMap(({ fullPace, config }) =>
    fullPace === undefined ? [] : [fullPace / gmacsOf(config)],
  );
  const fullTried = tried.length === 0 ? null : tried.reduce((a, b) => a + b, 0) / tried.length;
  const full = fullSeen ?? fullTried ?? (frozenSeen === null ? null : frozenSeen * FULL_OVER_FROZEN);
  if (full === null) return null;
  const frozen = frozenSeen ?? full / FULL_OVER_FROZEN;
  const look =
    ratio(
      (log) => log.validSeconds,
      (run) => run.counts.valid,
      () => true,
    ) ?? frozen;
  const besides = runs.flatMap((run) =>
    run.seconds === null ? [] : [run.seconds - secondsAtWork(run, { full, frozen, look, overhead: 0 })],
  );
  const overhead =
    besides.length === 0
      ? OVERHEAD_SECONDS
      : Math.max(0, besides.reduce((a, b) => a + b, 0) / besides.length);
  return { full, frozen, look, overhead };
}

/** What a measured run's epochs took, and its predictions at these rates. */
function secondsAtWork(run: MeasuredRun, rates: Rates): number {
  const epochs = run.epochs.reduce((sum, log) => sum + log.trainSeconds + log.validSeconds, 0);
  return epochs + finalLooks(run.config, run.counts) * gmacsOf(run.config) * rates.look;
}

/**
 * Seconds that runs will take which have not begun. Rates come from measured runs that are as like each as can be: the same
 * architecture, size and precision, else less of that, else all; by multiply–adds, pictures and epochs. Null when nothing has
 * been measured yet.
 */
export function estimateSeconds(
  pending: readonly RunConfig[],
  measured: readonly MeasuredRun[],
): number | null {
  const known = measured.filter((run) => run.epochs.length > 0);
  if (pending.length === 0) return 0;
  if (known.length === 0) return null;
  return pending.reduce((sum, config) => sum + estimateRun(config, known), 0);
}

function estimateRun(config: RunConfig, known: readonly MeasuredRun[]): number {
  const sameArch = known.filter((run) => run.config.arch === config.arch);
  const size = JSON.stringify(config.size);
  const sameSize = sameArch.filter((run) => JSON.stringify(run.config.size) === size);
  const samePrecision = sameSize.filter((run) => run.config.precision === config.precision);
  const alike = [samePrecision, sameSize, sameArch, known].find((runs) => runs.length > 0)!;
  const rates = ratesOf(alike)!;
  // What a run costs besides its epochs says less about the architecture than about the machine.
  const finished = known.filter((run) => run.seconds !== null);
  if (alike.every((run) => run.seconds === null) && finished.length > 0)
    rates.overhead = ratesOf(finished)!.overhead;
  const { counts } = alike.find((run) => run.config.dataset === config.dataset) ?? alike[0]!;
  const { frozen, full } = epochsOf(config);
  const looks = (frozen + full) * counts.valid + finalLooks(config, counts);
  const perPicture = counts.train * (frozen * rates.frozen + full * rates.full) + looks * rates.look;
  return gmacsOf(config) * perPicture + rates.overhead;
}

/** A run's cost beside another's, where only its settings are known: epochs × multiply–adds, a frozen epoch counting a third. */
export function relativeCost(config: RunConfig): number {
  const { frozen, full } = epochsOf(config);
  return Math.max(full + frozen / FULL_OVER_FROZEN, 0.1) * gmacsOf(config);
}
