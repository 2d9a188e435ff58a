import { z } from 'zod';

/** A colour of the palette by number (1 to 8), or one of a person's own choice. */
export const runColorSchema = z.union([
  z.number().int().min(1).max(8),
  z.string().regex(/^#[0-9a-f]{6}$/i, 'a colour is written as #rrggbb'),
]);
export type RunColor = z.infer<typeof runColorSchema>;

/** A word without spaces or commas, so that it can be written in a filter and on a command line. */
export const tagSchema = z
  .string()
  .trim()
  .regex(/^[^\s,"]{1,40}$/, 'a tag is a word of at most 40 characters without spaces, commas and quotes');

/** `notes.json`: what people say of a run. Nothing of it decides a run, so it is kept apart from `config.json`. */
export const runNotesSchema = z.object({
  version: z.literal(1).default(1),
  /** Shown in place of the run's own name; null: its own. */
  name: z.string().trim().min(1).max(200).nullable().default(null),
  tags: z.array(tagSchema).max(50).default([]),
  note: z.string().max(20_000).default(''),
  /** Kept, and left out of lists unless they are asked for archived runs. */
  archived: z.boolean().default(false),
  /** Null: the one that the workspace gave it. */
  color: runColorSchema.nullable().default(null),
});
export type RunNotes = z.infer<typeof runNotesSchema>;

/** Printed in tables and on terminals: line breaks would tear them, other control characters do as they like there. */
const oneLine = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'a name is one line, without control characters');

/** What is to become different; what is absent stays. */
export const runNotesPatchSchema = z.object({
  // Of new ones only: a run that was called so earlier keeps its notes.
  name: oneLine.nullable().optional(),
  tags: runNotesSchema.shape.tags.unwrap().optional(),
  note: runNotesSchema.shape.note.unwrap().optional(),
  archived: z.boolean().optional(),
  color: runNotesSchema.shape.color.unwrap().optional(),
});
export type RunNotesPatch = z.infer<typeof runNotesPatchSchema>;

export const emptyNotes: RunNotes = runNotesSchema.parse({});
