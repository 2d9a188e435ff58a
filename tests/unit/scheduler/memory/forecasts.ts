import { accumulations } from '../../../../src-main/scheduler/memory/accumulations.ts';
import type { MemoryForecast, MemoryQuestion } from '../../../../shared/records/memory-forecast.ts';

/** A network of 500 MiB and 100 a picture at 128 pixels, a third of it with checkpointing. */
export function forecastOf(question: MemoryQuestion): MemoryForecast {
  const area = (question.size.height * question.size.width) / 128 ** 2;
  const needs = accumulations(question.batchSize).flatMap((accum) =>
    [false, true].map((checkpointing) => {
      const mb = 500 + (area * (checkpointing ? 30 : 100) * question.batchSize) / accum;
      return { accum, checkpointing, mainMb: mb, cardMb: mb, activationsMb: mb - 500 };
    }),
  );
  return { question, needs, parameters: 1e6, weightsMb: 4, recordMs: 1, predictMs: 1 };
}
