import { architectures } from '../../shared/architectures/index.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';

/** A run whose duration is known, measured or as its worker predicts it. */
export interface TimedRun {
  config: RunConfig;
  seconds: number;
}

/**
 * Rough relative cost of a run: epochs × pixels × the square root of the parameters. A frozen epoch counts a third, for it
 * has no backward pass. Only ratios are used, and measured runs correct them.
 */
export function relativeCost(config: RunConfig): number {
  const id = config.arch.split('.', 1)[0];
  const parameters = architectures.find((info) => info.id === id)?.parameters ?? 1e7;
  const epochs = config.epochs + config.frozenEpochs / 3;
  return Math.max(epochs, 0.1) * config.size.height * config.size.width * Math.sqrt(parameters);
}

/**
 * Seconds that pending runs will take, from the runs whose duration is known: of the same architecture where there are
 * any, else of all. Null when nothing is known yet.
 */
export function estimateSeconds(pending: readonly RunConfig[], known: readonly TimedRun[]): number | null {
  if (pending.length === 0) return 0;
  if (known.length === 0) return null;
  return pending.reduce((sum, config) => {
    const alike = known.filter((run) => run.config.arch === config.arch);
    const from = alike.length > 0 ? alike : known;
    const rate =
      from.reduce((total, run) => total + run.seconds, 0) /
      from.reduce((total, run) => total + relativeCost(run.config), 0);
    return sum + rate * relativeCost(config);
  }, 0);
}
