import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { NewsName } from '../../shared/ipc/channel-names.ts';
import type { News } from '../../shared/ipc/channels.ts';
import type { DatasetOptions } from '../../shared/records/dataset.ts';
import type { PredictionReport } from '../../shared/records/prediction.ts';
import {
  type PreviewReport,
  type PreviewSettings,
  previewReportSchema,
} from '../../shared/records/preview.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { statOrNull } from '../files/stat.ts';
import { resolvePredictor } from '../ensemble/predictor.ts';
import type { PictureService } from '../pictures/picture-service.ts';
import { type RunningJob, startJob } from '../scheduler/supervisor.ts';

/** Previews kept on disk: each is a dozen small files. */
const PREVIEWS_KEPT = 40;
/** Classes of each target that the window is told. */
const TOP = 5;

/** Short jobs of the window that need pixels or weights: predictions and previews, one of each at a time, each in a worker. */
export class DataJobs {
  readonly #workspace: string;
  readonly #pictures: PictureService;
  readonly #tell: <N extends NewsName>(name: N, payload: News<N>) => void;
  #predicting: RunningJob<'predict'> | null = null;
  #previewing: RunningJob<'preview'> | null = null;
  /** The last prediction, for its table. */
  report: PredictionReport | null = null;

  constructor(
    workspace: string,
    pictures: PictureService,
    tell: <N extends NewsName>(name: N, payload: News<N>) => void,
  ) {
    this.#workspace = workspace;
    this.#pictures = pictures;
    this.#tell = tell;
  }

  /**
   * Predicts pictures with a run or an ensemble; a second call stops the first.
   * @throws GranaryError of the worker; CANCELLED
   */
  async predict(
    source: string,
    paths: string[],
    tta: boolean,
  ): Promise<{ report: PredictionReport; pictures: string }> {
    this.#predicting?.stop();
    const predictor = await resolvePredictor(this.#workspace, source);
    const job = startJob(
      { type: 'predict' as const, workspace: this.#workspace, ...predictor, pictures: paths, tta, top: TOP },
      (event) => {
        if (event.type !== 'progress' || this.#predicting !== job) return;
        const { stage, done, total, unit, perSecond } = event;
        this.#tell('predict:progress', { stage, done, total, unit, perSecond });
      },
    );
    this.#predicting = job;
    try {
      const report = await job.result;
      this.report = report;
      return { report, pictures: this.#show(report) };
    } finally {
      if (this.#predicting === job) this.#predicting = null;
    }
  }

  stopPredicting(): void {
    this.#predicting?.stop();
  }

  /**
   * Draws one picture as runs would see it, or finds it drawn before.
   * @param hash the dataset's: the same picture of a changed dataset is drawn anew
   */
  async preview(
    dataset: string,
    datasetOptions: DatasetOptions,
    hash: string,
    id: string,
    settings: PreviewSettings,
  ): Promise<PreviewReport & { source: string }> {
    const question = JSON.stringify([hash, id, settings]);
    const key = createHash('sha256').update(question).digest('hex').slice(0, 24);
    const dest = join(this.#workspace, layout.previews, key);
    const known = readPreview(dest);
    if (known !== null) return this.#showPreview(key, known);
    this.#previewing?.kill();
    const { workspace } = { workspace: this.#workspace };
    const job = startJob({
      type: 'preview' as const,
      dataset,
      datasetOptions,
      workspace,
      id,
      settings,
      dest,
    });
    this.#previewing = job;
    try {
      const report = await job.result;
      forgetOldest(join(this.#workspace, layout.previews));
      return this.#showPreview(key, report);
    } finally {
      if (this.#previewing === job) this.#previewing = null;
    }
  }

  close(): void {
    this.#predicting?.kill();
    this.#previewing?.kill();
  }

  #showPreview(key: string, report: PreviewReport): PreviewReport & { source: string } {
    const source = `preview-${key}`;
    const files = report.pairs.flatMap(({ presized, plain, views }) => [presized, plain, ...views]);
    this.#pictures.catalogue.addFiles(
      source,
      new Map(
        files.map((file) => [file, { root: report.dest, path: basename(file), sha256: null, ready: true }]),
      ),
    );
    return { ...report, source };
  }

  /** Lets the window see exactly the files that were predicted. */
  #show({ pictures }: PredictionReport): string {
    const source = 'predicted';
    this.#pictures.catalogue.addFiles(
      source,
      new Map(
        pictures.map((picture) => [
          picture.path,
          {
            root: dirname(picture.path),
            path: basename(picture.path),
            sha256: picture.ok ? picture.sha256 : null,
          },
        ]),
      ),
    );
    return source;
  }
}

/** Null for one that is not whole. Its time is renewed, because it is looked at. */
function readPreview(dest: string): PreviewReport | null {
  try {
    const path = join(dest, 'preview.json');
    const report = previewReportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    utimesSync(path, new Date(), new Date());
    return { ...report, dest };
  } catch {
    return null;
  }
}

function forgetOldest(folder: string): void {
  const age = (name: string): number => statOrNull(join(folder, name, 'preview.json'))?.mtimeMs ?? 0;
  const names = readdirSync(folder)
    .map((name) => ({ name, at: age(name) }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of names.slice(PREVIEWS_KEPT))
    rmSync(join(folder, name), { recursive: true, force: true });
}

/** @throws GranaryError USAGE when nothing was predicted yet */
export function lastReport(jobs: Pick<DataJobs, 'report'>): PredictionReport {
  if (jobs.report !== null) return jobs.report;
  throw new GranaryError('USAGE', 'Nothing was predicted yet.', 'Predict some pictures first.');
}
