import { z } from 'zod';
import { runIdSchema } from './queue.ts';

const wishes = {
  theme: z.enum(['system', 'light', 'dark']),
  /** What closing the window does while a run trains. */
  whenClosed: z.enum(['ask', 'tray', 'stop']),
  /** Tell through the system when a run or the queue ends while the window is not looked at. */
  notify: z.boolean(),
  /** Widths of panes that were dragged, in pixels, by the pane's name. */
  panes: z.record(z.string().regex(/^[a-z][a-z-]{0,39}$/), z.number().int().min(0).max(10_000)),
  /** The run that others are measured against, by the path of its workspace. */
  baselines: z.record(z.string().min(1).max(4096), runIdSchema),
};

/** What the app remembers of its user's wishes between starts, on this machine (not in the workspace). */
export const preferencesSchema = z.object({
  theme: wishes.theme.default('system'),
  whenClosed: wishes.whenClosed.default('ask'),
  notify: wishes.notify.default(true),
  panes: wishes.panes.default({}),
  baselines: wishes.baselines.default({}),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** What a change may state: only what is to differ. */
export const preferencesChangeSchema = z.strictObject(wishes).partial();
