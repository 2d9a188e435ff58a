import { z } from 'zod';

/** A program that holds memory of a card. */
export const cardProcessSchema = z.object({
  pid: z.number().int(),
  name: z.string(),
  usedMb: z.number().nullable(),
});

/**
 * What the driver says of one card. Memory in MiB. Null: the driver does not say (a laptop's card has no power sensor, a card
 * that was lost has nothing).
 */
export const cardReadingSchema = z.object({
  index: z.number().int(),
  /** Names the card for good; its index may change when another is lost. */
  uuid: z.string(),
  name: z.string(),
  driver: z.string(),
  totalMb: z.number().nullable(),
  /** Of all programs, and of the driver itself. A program's allocator may hold more than it needs. */
  usedMb: z.number().nullable(),
  freeMb: z.number().nullable(),
  /** Share of the last moment in which the card computed anything, 0 to 1. */
  utilization: z.number().nullable(),
  temperatureC: z.number().nullable(),
  powerW: z.number().nullable(),
  processes: z.array(cardProcessSchema),
});
export type CardReading = z.infer<typeof cardReadingSchema>;

/** The machine's own memory, as a new process could have it. MiB. */
export const mainMemoryReadingSchema = z.object({
  totalMb: z.number(),
  /** What programs can still get without swapping: the least of what the system, its control groups and its limits leave. */
  freeMb: z.number(),
  /** What sets that bound. */
  bound: z.enum(['system', 'control group', 'process limit']),
});
export type MainMemoryReading = z.infer<typeof mainMemoryReadingSchema>;

/** One look at the machine. */
export const machineReadingSchema = z.object({
  /** ISO 8601. */
  time: z.string(),
  memory: mainMemoryReadingSchema,
  cards: z.array(cardReadingSchema),
  /** Why no card is read although there was one; null when all is well or there is none. */
  problem: z.string().nullable(),
});
export type MachineReading = z.infer<typeof machineReadingSchema>;
