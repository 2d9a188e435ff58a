import { formatMb } from '../../../shared/memory.ts';
import { type MemoryPlan, neededMb } from '../../../shared/records/memory-plan.ts';
import type { MemoryChoice, MemoryNeed, PlanRequest } from './plan-request.ts';

interface Weighed extends MemoryChoice {
  need: MemoryNeed;
}

/** Why a plan is as it is, for the run's record and its reader. */
export function sentenceOf(facts: {
  request: PlanRequest;
  chosen: Weighed;
  fits: boolean;
  budget: number;
  margin: number;
  rejected: Weighed | null;
  better: MemoryPlan | null;
}): string {
  const { request, chosen, fits, budget, margin, rejected, better } = facts;
  const { device, batchSize, automatic } = request;
  const free = `${formatMb(Math.max(0, budget))} (${formatMb(device.freeMb)} free on ${device.name}, less a margin of ${formatMb(margin)})`;
  const how = (choice: MemoryChoice): string =>
    `micro-batches of ${batchSize / choice.accum}${choice.checkpointing ? ' with checkpointing' : ''}`;
  const needs = (choice: Weighed): string => {
    const { predictedMb, probedMb } = choice.need;
    const amount = formatMb(neededMb(choice.need));
    return probedMb === null
      ? `${amount} (predicted)`
      : `${amount} (probed; ${formatMb(predictedMb)} predicted)`;
  };
  if (!fits && automatic && neededMb(chosen.need) <= device.freeMb)
    return `It fits by taking from the margin alone: even ${how(chosen)} need ${needs(chosen)}, and ${formatMb(device.freeMb)} are free on ${device.name}, of which ${formatMb(margin)} are kept as a rule.`;
  if (!fits && automatic)
    return `It cannot fit: even ${how(chosen)} need ${needs(chosen)}, and there are ${free}.`;
  if (!fits) {
    const instead = better === null ? '' : ` ${capital(how(better))} (accumulation ${better.accum}) would.`;
    return `As asked, ${how(chosen)} need ${needs(chosen)}, which does not fit ${free}.${instead}`;
  }
  const fit = `${how(chosen)} need ${needs(chosen)} and fit ${free}`;
  if (!automatic) return `As asked: ${fit}.`;
  if (rejected === null) return `${capital(fit)}.`;
  return `The smallest accumulation that fits is ${chosen.accum}: ${fit}; ${how(rejected)} would need ${needs(rejected)}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
