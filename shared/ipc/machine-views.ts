import { z } from 'zod';

/** A card at one moment. Null: the driver does not say. */
const cardSampleSchema = z.object({
  uuid: z.string(),
  index: z.number().int(),
  name: z.string(),
  totalMb: z.number().nullable(),
  usedMb: z.number().nullable(),
  /** Share of the last moment in which it computed anything, 0 to 1. */
  utilization: z.number().nullable(),
  temperatureC: z.number().nullable(),
});

/** The machine at one moment; memory in MiB. */
export const machineSampleSchema = z.object({
  /** Milliseconds since 1970. */
  time: z.number(),
  totalMb: z.number(),
  freeMb: z.number(),
  /** Share of all processors that were busy since the sample before; null where the system does not tell. */
  load: z.number().nullable(),
  cards: z.array(cardSampleSchema),
  /** What each process that trains holds: resident main memory, and its share of its card where the driver tells. */
  workers: z.array(
    z.object({
      runId: z.string(),
      residentMb: z.number().nullable(),
      cardUuid: z.string().nullable(),
      cardMb: z.number().nullable(),
    }),
  ),
  /** Why a card that was there is not read any more; null when all is well or there is none. */
  problem: z.string().nullable(),
});
export type MachineSample = z.infer<typeof machineSampleSchema>;
