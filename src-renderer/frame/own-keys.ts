import { onMac } from '../state/keys.ts';

/** Keys of one part of the window, which it hears itself while the keyboard is in it. Commands have theirs in their own entries. */
export interface OwnKeys {
  /** Heading under which they are listed. */
  where: string;
  keys: readonly { title: string; keys: readonly string[] }[];
}

const AROUND = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];
const ENDS = ['Home', 'End'];

/**
 * What the shortcuts panel names beside the commands' keys. tests/unit/renderer/own-keys.test.ts finds every part that hears keys, and
 * fails where one is not named here.
 */
export const ownKeys: readonly OwnKeys[] = [
  {
    where: 'Everywhere',
    keys: [
      { title: 'Close what lies on top', keys: ['Escape'] },
      { title: 'To the next or the previous control', keys: ['Tab', 'Shift+Tab'] },
      { title: 'Press a button, tick a box', keys: ['Enter', 'Space'] },
    ],
  },
  {
    where: 'In the queue, at a run that waits',
    keys: [
      { title: 'Train it earlier or later', keys: ['Alt+ArrowUp', 'Alt+ArrowDown'] },
      { title: 'Train it next or last', keys: ['Alt+Home', 'Alt+End'] },
    ],
  },
  {
    where: 'In the runs table',
    keys: [
      { title: 'From run to run', keys: ['ArrowUp', 'ArrowDown'] },
      { title: 'Ten runs on', keys: ['PageUp', 'PageDown'] },
      { title: 'To the first or the last', keys: ENDS },
    ],
  },
  {
    where: 'In pictures',
    keys: [
      { title: 'From picture to picture', keys: AROUND },
      { title: 'A page on', keys: ['PageUp', 'PageDown'] },
      { title: 'To the first or the last', keys: ENDS },
      { title: 'Open it', keys: ['Enter'] },
    ],
  },
  {
    where: 'In a list of architectures',
    keys: [
      { title: 'From one to the next', keys: AROUND },
      { title: 'To the first or the last', keys: ENDS },
      { title: 'Choose it', keys: ['Enter', 'Space'] },
      { title: 'Search', keys: ['A … Z'] },
      { title: 'From the search into the list', keys: ['ArrowDown'] },
    ],
  },
  {
    where: 'In a plot of runs',
    keys: [
      { title: 'From run to run', keys: AROUND },
      { title: 'To the first or the last', keys: ENDS },
      { title: 'Open it', keys: ['Enter', 'Space'] },
    ],
  },
  {
    where: 'In tabs',
    keys: [
      { title: 'To the next or the previous tab', keys: ['ArrowLeft', 'ArrowRight'] },
      { title: 'To the first or the last', keys: ENDS },
    ],
  },
  {
    where: 'In a menu',
    keys: [
      { title: 'From entry to entry', keys: ['ArrowUp', 'ArrowDown'] },
      { title: 'To the first or the last', keys: ENDS },
      { title: 'Leave it', keys: ['Escape', 'Tab'] },
    ],
  },
  {
    where: 'In the command palette',
    keys: [
      { title: 'From entry to entry', keys: ['ArrowUp', 'ArrowDown'] },
      { title: 'Eight entries on', keys: ['PageUp', 'PageDown'] },
      { title: 'Do it', keys: ['Enter'] },
    ],
  },
  {
    where: 'At the edge of a pane',
    keys: [
      { title: 'Narrower or wider', keys: ['ArrowLeft', 'ArrowRight'] },
      { title: 'As narrow or as wide as can be', keys: ENDS },
    ],
  },
  {
    where: 'In the menu of the window',
    keys: [
      { title: 'Open another workspace', keys: ['Mod+Shift+O'] },
      { title: 'Cut, copy, paste', keys: ['Mod+X', 'Mod+C', 'Mod+V'] },
      { title: 'Select all', keys: ['Mod+A'] },
      { title: 'Larger, smaller, as it was', keys: ['Mod++', 'Mod+-', 'Mod+0'] },
      { title: 'Whole screen', keys: ['F11'] },
      onMac ? { title: 'Close the window', keys: ['Mod+W'] } : { title: 'Quit', keys: ['Mod+Q'] },
    ],
  },
];
