import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { MemoryForecast } from '../../../shared/records/memory-forecast.ts';
import { forecastMemory } from '../../training/memory/forecast.ts';
import type { JobContext } from '../context.ts';

/** Predicts what runs will take. Nothing runs and nothing is allocated, so that other workers may train meanwhile. */
export async function run(
  { questions }: JobOf<'memory-forecast'>,
  { signal, emit }: JobContext,
): Promise<JobResult<'memory-forecast'>> {
  const forecasts: MemoryForecast[] = [];
  for (const question of questions) {
    if (signal.aborted) throw new GranaryError('CANCELLED', 'The prediction of memory was stopped.');
    const forecast = forecastMemory(question);
    forecasts.push(forecast);
    emit({ type: 'memory-forecast', forecast });
    const [done, total] = [forecasts.length, questions.length];
    emit({ type: 'progress', stage: 'predicting memory', done, total, unit: 'networks', perSecond: null });
    await new Promise(setImmediate);
  }
  return { forecasts };
}
