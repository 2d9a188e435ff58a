import type { RunConfig } from '../../shared/records/run-config.ts';
import { type OneCycle, fitOneCycle } from './one-cycle.ts';

/** A stretch of epochs with one cycle of its own. */
export interface Phase {
  phase: 'frozen' | 'full';
  epochs: number;
  /** Peak learning rate of the head. */
  lr: number;
  /** Peak learning rate of the lowest layers, as a share of the head's. */
  lowestShare: number;
  cycle: OneCycle;
}

/** Cycle of the frozen epochs in fastai's `fine_tune`: it rises nearly all the way. */
export const frozenCycle: OneCycle = { ...fitOneCycle, pctStart: 0.99 };

/** Cycle after unfreezing in fastai's `fine_tune`. */
export const unfrozenCycle: OneCycle = { ...fitOneCycle, pctStart: 0.3, div: 5 };

/** fastai's `lr_mult`: after unfreezing the lowest layers learn at 1/100 of the head's rate. */
export const LOWEST_SHARE = 1 / 100;

/**
 * The run's phases. With pretrained weights: fastai's `fine_tune`, the head alone at `lr`, then all layers at half of it with
 * smaller rates below. From scratch there is nothing to keep, so nothing is frozen and every layer has the same rate.
 */
export function planPhases(
  config: Pick<RunConfig, 'epochs' | 'frozenEpochs' | 'lr'>,
  pretrained: boolean,
): Phase[] {
  const { epochs, frozenEpochs, lr } = config;
  const phases: Phase[] = pretrained
    ? [
        { phase: 'frozen', epochs: frozenEpochs, lr, lowestShare: 1, cycle: frozenCycle },
        { phase: 'full', epochs, lr: lr / 2, lowestShare: LOWEST_SHARE, cycle: unfrozenCycle },
      ]
    : [{ phase: 'full', epochs: epochs + frozenEpochs, lr, lowestShare: 1, cycle: fitOneCycle }];
  return phases.filter((phase) => phase.epochs > 0);
}
