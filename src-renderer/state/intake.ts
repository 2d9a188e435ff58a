import type { IntakeKind } from '../../shared/ipc/data-views.ts';
import type { Desk } from './desk.svelte.ts';

export interface DroppedPath {
  path: string;
  kind: IntakeKind;
}

type Dropped = readonly DroppedPath[];

interface Taker {
  /** Whether these are for it, where they were dropped. */
  takes(dropped: Dropped, desk: Desk): boolean;
  /** Which of them it reads; what is left out here is not looked at, and the user is told so. */
  choose(dropped: Dropped): Dropped;
  take(chosen: Dropped, desk: Desk): Promise<void>;
  /** Path of what was read along with it, once it was taken. */
  along?(desk: Desk): string | undefined;
}

const all = (dropped: Dropped, ...kinds: IntakeKind[]): boolean =>
  dropped.every(({ kind }) => kinds.includes(kind));

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The dataset among what was dropped: a table of training pictures before the folders beside it, and before what is none at all. */
function datasetOf(dropped: Dropped): DroppedPath {
  return (
    dropped.find(({ path, kind }) => kind === 'table' && /^train\b/i.test(nameOf(path))) ??
    dropped.find(({ kind }) => ['folder', 'archive', 'table'].includes(kind)) ??
    dropped[0]!
  );
}

/** Who takes what is dropped; the first that says so. A new kind of intake is an entry here. */
const takers: readonly Taker[] = [
  {
    // On the Predict view folders are pictures to predict, where something can; elsewhere a dataset.
    takes: (dropped, { shell, predict }) =>
      all(dropped, 'picture') ||
      (shell.view === 'predict' && predict.sources?.length !== 0 && all(dropped, 'picture', 'folder')),
    choose: (dropped) => dropped,
    take: async (chosen, desk) => {
      desk.shell.view = 'predict';
      await desk.predict.give(chosen.map(({ path }) => path));
    },
  },
  {
    takes: (dropped) => dropped.some(({ kind }) => kind === 'ratings'),
    choose: (dropped) => [dropped.find(({ kind }) => kind === 'ratings')!],
    take: ([ratings], desk) => desk.readRatings(ratings!.path),
    // Titles that are dropped with the ratings are found beside them.
    along: ({ ratings }) => ratings.summary?.options.items,
  },
  {
    takes: () => true,
    choose: (dropped) => {
      const dataset = datasetOf(dropped);
      // A table's pictures, and the sample of a submission, lie beside it.
      const beside = ({ path, kind }: DroppedPath): boolean =>
        dataset.kind === 'table' &&
        folderOf(path) === folderOf(dataset.path) &&
        (kind === 'folder' || /submission/i.test(nameOf(path)));
      return [dataset, ...dropped.filter((one) => one !== dataset && beside(one))];
    },
    take: ([dataset], desk) => desk.read(dataset!.path),
  },
];

/** More names than these say less. */
const NAMED = 3;

function listed(dropped: Dropped): string {
  const names = dropped.slice(0, NAMED).map(({ path }) => nameOf(path));
  if (dropped.length > NAMED) names.push(`${dropped.length - NAMED} more`);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Gives dropped paths to whoever takes them, and says which of them were not taken. */
export async function takeIn(dropped: Dropped, desk: Desk): Promise<void> {
  const taker = takers.find((one) => one.takes(dropped, desk))!;
  const chosen = taker.choose(dropped);
  const taking = taker.take(chosen, desk);
  if (taker.along !== undefined) await taking;
  const along = taker.along?.(desk);
  const left = dropped.filter((one) => !chosen.includes(one) && one.path !== along);
  if (left.length > 0) desk.toasts.say(leftOut(chosen[0]!, left), { stays: true });
  await taking;
}

function leftOut(taken: DroppedPath, left: Dropped): string {
  const [were, them] = left.length === 1 ? ['was', 'it'] : ['were', 'one of them'];
  return `One is read at a time: ${nameOf(taken.path)} was taken, ${listed(left)} ${were} not. To read ${them} instead, drop it alone.`;
}
