import type { IntakeKind } from '../../shared/ipc/data-views.ts';
import type { Desk } from './desk.svelte.ts';

export interface DroppedPath {
  path: string;
  kind: IntakeKind;
}

interface Taker {
  /** Whether these are for it, where they were dropped. */
  takes(dropped: readonly DroppedPath[], desk: Desk): boolean;
  take(dropped: readonly DroppedPath[], desk: Desk): Promise<void>;
}

const all = (dropped: readonly DroppedPath[], ...kinds: IntakeKind[]): boolean =>
  dropped.every(({ kind }) => kinds.includes(kind));

/** Who takes what is dropped; the first that says so. A new kind of intake is an entry here. */
const takers: readonly Taker[] = [
  {
    // On the Predict view folders are pictures to predict, where something can; elsewhere a dataset.
    takes: (dropped, { shell, predict }) =>
      all(dropped, 'picture') ||
      (shell.view === 'predict' && predict.sources?.length !== 0 && all(dropped, 'picture', 'folder')),
    take: async (dropped, desk) => {
      desk.shell.view = 'predict';
      await desk.predict.give(dropped.map(({ path }) => path));
    },
  },
  {
    // Titles that are dropped with the ratings are found beside them.
    takes: (dropped) => dropped.some(({ kind }) => kind === 'ratings'),
    take: (dropped, desk) => desk.readRatings(dropped.find(({ kind }) => kind === 'ratings')!.path),
  },
  {
    takes: () => true,
    take: (dropped, desk) => desk.read(dropped[0]!.path),
  },
];

/** Gives dropped paths to whoever takes them. */
export async function takeIn(dropped: readonly DroppedPath[], desk: Desk): Promise<void> {
  await takers.find((taker) => taker.takes(dropped, desk))!.take(dropped, desk);
}
