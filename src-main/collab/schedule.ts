import { atPosition, fitOneCycle } from '../training/one-cycle.ts';

/** What the optimizer is told; the same through a whole run. */
export interface AdamSettings {
  /** Peak learning rate of the one cycle. */
  lr: number;
  /** Weights shrink by lr × this at each step (AdamW); 0 where decay is a part of the gradient. */
  weightDecay: number;
  beta2: number;
  /** PyTorch's, added to the corrected root. */
  epsilon: number;
  totalSteps: number;
}

/** One step's numbers, worked out in double precision; the correction of Adam's start is in step size and epsilon. */
export interface StepNumbers {
  lr: number;
  beta1: number;
  stepSize: number;
  epsilon: number;
  /** What decoupled decay multiplies weights by. */
  shrink: number;
}

/** Step t of a run, from 1. */
export function stepNumbers(settings: AdamSettings, t: number): StepNumbers {
  const { lrShare, momentum } = atPosition(fitOneCycle, (t - 1) / settings.totalSteps);
  const lr = settings.lr * lrShare;
  const root = Math.sqrt(1 - settings.beta2 ** t);
  return {
    lr,
    beta1: momentum,
    stepSize: (lr * root) / (1 - momentum ** t),
    epsilon: settings.epsilon * root,
    shrink: 1 - lr * settings.weightDecay,
  };
}
