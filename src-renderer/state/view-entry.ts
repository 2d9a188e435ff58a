import type { Component } from 'svelte';
import type { IconName } from '../parts/icons.ts';
import type { Command } from './commands.svelte.ts';
import type { Desk } from './desk.svelte.ts';

/** A view, as views/registry.ts lists it. Each states its own in views/NAME/view.ts. */
export interface ViewEntry {
  /** In the window's address; lower case. */
  id: string;
  title: string;
  icon: IconName;
  /** Digit that goes there with Ctrl or Cmd. */
  digit?: string;
  /** `() => import('./NameView.svelte')`: loaded when it is first shown, or when there is nothing else to do. */
  load: () => Promise<{ default: Component }>;
  /** Said beside the title in the sidebar; empty for nothing. Reactive in what it reads. */
  badge?: (desk: Desk) => string;
  /** Commands that are there in every view. Those of the open view alone: `desk.commands.use([…])` in its component. */
  commands?: (desk: Desk) => Command[];
  /** Brings the view's search field on screen, where another part of the view may be open. Views without a search have none. */
  toSearch?: (desk: Desk) => void;
  /** What the palette finds besides commands: runs by name, say. Read anew at each search. */
  finds?: (desk: Desk) => Command[];
}
