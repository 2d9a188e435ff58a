import { readAttempts } from '../runs/attempts-file.ts';
import { listRuns } from '../runs/run-store.ts';
import { runFolder } from '../runs/run-writer.ts';
import { listRatingsRuns } from '../runs/ratings-runs.ts';
import type { AnyMeasured } from './measured-run.ts';

/** Runs that estimates are made from. */
const MOST = 100;

/** The newest runs of a workspace that finished, with what each took. */
export async function measuredRuns(workspace: string): Promise<AnyMeasured[]> {
  const recommenders = (await listRatingsRuns(workspace)).flatMap(({ id, header, epochs, result }) =>
    header === null || result?.status !== 'finished'
      ? []
      : [
          {
            ...{ kind: 'ratings' as const, config: header.config, epochs },
            seconds: secondsInOnePiece(runFolder(workspace, id)),
          },
        ],
  );
  const finished = (await listRuns(workspace)).flatMap((run) =>
    run.header === null || run.result?.status !== 'finished' ? [] : [{ ...run, header: run.header }],
  );
  const pictures = finished.slice(-MOST).map(({ id, header, epochs }) => ({
    ...{ config: header.config, counts: header.counts, epochs },
    seconds: secondsInOnePiece(runFolder(workspace, id)),
  }));
  return [...pictures, ...recommenders.slice(-MOST)];
}

/** From a process's start to its end, where one process did the whole run; else null. */
function secondsInOnePiece(folder: string): number | null {
  const [only, ...more] = readAttempts(folder);
  if (only?.ended == null || more.length > 0) return null;
  return (Date.parse(only.ended) - Date.parse(only.started)) / 1000;
}
