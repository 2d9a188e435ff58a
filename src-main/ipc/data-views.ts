import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { PredictSource } from '../../shared/ipc/data-views.ts';
import type { RunRow } from '../../shared/ipc/views.ts';
import { ensembleSchema } from '../../shared/records/ensemble.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { lastReport } from '../app/data-jobs.ts';
import { clearCache, listCaches } from '../caches/caches.ts';
import { writeExport } from '../files/write-export.ts';
import { predictionCsv } from '../report/prediction-csv.ts';
import type { Handlers } from './door.ts';
import { lookAtPaths } from './look-at-paths.ts';
import type { Services } from './services.ts';

type Own = Pick<
  Handlers,
  | 'dataset:preview'
  | 'intake:look'
  | 'predict:sources'
  | 'predict:choose'
  | 'predict:run'
  | 'predict:stop'
  | 'predict:save-table'
  | 'caches:list'
  | 'caches:clear'
  | 'workspace:reveal'
>;

/** Intake, preview, predictions and caches. */
export function dataHandlers({ session, choosePictures, chooseTarget, reveal }: Services): Own {
  return {
    async 'dataset:preview'({ dataset, options, hash, id, settings }) {
      const { dest: _dest, ...report } = await session.jobs.preview(dataset, options, hash, id, settings);
      return report;
    },
    'intake:look': ({ paths }) => lookAtPaths(paths, (doubtful) => session.ratings.look(doubtful)),
    async 'predict:sources'() {
      const runs = (await session.runs()).flatMap(runSource);
      const ensembles = await ensembleSources(join(session.state.path, layout.ensembles), runs);
      return [...runs, ...ensembles].sort((a, b) => b.created.localeCompare(a.created));
    },
    'predict:choose': () => choosePictures(),
    'predict:run': ({ source, paths, tta }) => session.jobs.predict(source, paths, tta),
    'predict:stop'() {
      session.jobs.stopPredicting();
      return null;
    },
    async 'predict:save-table'() {
      const report = lastReport(session.jobs);
      const path = await chooseTarget('Save the table', 'predictions.csv', ['csv']);
      if (path !== null) writeExport(path, predictionCsv(report));
      return path;
    },
    'caches:list': () => listCaches(session.state.path),
    async 'caches:clear'({ name }) {
      if (session.training || session.state.mode === 'attached')
        throw new GranaryError(
          'USAGE',
          'A run is training, and may be reading the cache.',
          'Wait until the queue is done, or stop it, then clear the cache.',
        );
      // A picture that is being made would come into the cleared folder.
      if (name === 'thumbnails') await session.pictures.quiet();
      await clearCache(session.state.path, name);
      return listCaches(session.state.path);
    },
    'workspace:reveal'() {
      reveal(session.state.path);
      return null;
    },
  };
}

function runSource({ kind, id, name, state, created, dataset, targets }: RunRow): PredictSource[] {
  if (kind !== 'pictures' || state !== 'finished') return [];
  const figures = targets[0]?.figures;
  const errorRate = figures?.['holdout.error_rate'] ?? figures?.['valid.error_rate'] ?? null;
  const names = targets.map(({ target }) => target);
  return [
    {
      ...{ id, kind: 'run', name, members: [], created: created ?? '', dataset: dataset ?? '' },
      ...{ targets: names, errorRate },
    },
  ];
}

/** Ensembles whose record can be read; one whose members are gone says so when it is asked. */
async function ensembleSources(folder: string, runs: readonly PredictSource[]): Promise<PredictSource[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        return ensembleSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
      } catch {
        return null;
      }
    }),
  );
  return found.flatMap((ensemble): PredictSource[] => {
    if (ensemble === null) return [];
    const { id, created, members, targets } = ensemble;
    return [
      {
        ...{ id, created, kind: 'ensemble', targets: targets.map(({ name }) => name) },
        name: `Ensemble of ${members.length}`,
        members: members.map((member) => member.name),
        dataset: runs.find((run) => run.id === members[0]?.run)?.dataset ?? '',
        errorRate: targets[0]?.errorRate ?? null,
      },
    ];
  });
}
