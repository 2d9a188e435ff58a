import { z } from 'zod';

/**
 * What matrix products and convolutions are computed in while training. `bfloat16` has float32's range and 8 bits of its precision: a step
 * takes 0.6 to 0.7 of its time on a processor with AMX; on a card it is untried. Weights, optimizer and evaluation are float32 in either case.
 */
export const precisionSchema = z.enum(['float32', 'bfloat16']);
export type Precision = z.infer<typeof precisionSchema>;

/** What is added to a run's batch where it is told: `, bfloat16`; nothing for float32. */
export function precisionNote(precision: Precision): string {
  return precision === 'float32' ? '' : `, ${precision}`;
}
