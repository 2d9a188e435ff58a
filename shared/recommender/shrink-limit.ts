import { GranaryError } from '../errors.ts';
import type { RatingsConfig } from '../records/ratings-run.ts';

/** Largest share of every weight that one step may take away. */
const LIMIT = 0.04;

/**
 * Refuses a learning rate and a decoupled weight decay whose product would wipe the weights out. Whether "auto" is
 * decoupled for a dot product is only known with the ratings, and then asked again.
 * @throws GranaryError CONFIG_INVALID
 */
export function checkShrink({
  lr,
  weightDecay,
  decay,
  model,
}: Pick<RatingsConfig, 'lr' | 'weightDecay' | 'decay' | 'model'>): void {
  const decoupled = decay === 'decoupled' || (decay === 'auto' && model === 'ncf');
  if (!decoupled || lr * weightDecay < LIMIT) return;
  throw new GranaryError(
    'CONFIG_INVALID',
    `A learning rate of ${lr} with a weight decay of ${weightDecay} would take ${(100 * lr * weightDecay).toFixed(0)}% of every weight at each step.`,
    `Their product must stay below ${LIMIT}: lower one of them. Weight decay is tried in multiples of ten: 0.01, 0.1, 1.`,
  );
}
