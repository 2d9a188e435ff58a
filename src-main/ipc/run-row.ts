import type { RunSummary } from '../../shared/records/run-record.ts';
import type { RunRow } from '../../shared/ipc/views.ts';

/** The runs table's row of a run: the newest figures that there are, those of the result once it is written. */
export function runRow(run: RunSummary): RunRow {
  const header = run.header;
  const config = header?.config ?? null;
  const finished = run.result?.status === 'finished' ? run.result : null;
  const last = run.epochs[run.epochs.length - 1];
  const errors = run.epochs.map((epoch) => epoch.errorRate);
  const spent = run.epochs.reduce((sum, epoch) => sum + epoch.trainSeconds + epoch.validSeconds, 0);
  return {
    id: run.id,
    name: header?.name ?? run.id,
    state: run.state,
    created: header?.created ?? null,
    dataset: header?.datasetName ?? null,
    datasetHash: header?.datasetHash ?? null,
    validHash: header?.validHash ?? null,
    arch: config?.arch ?? null,
    resize: config?.resize ?? null,
    size: config?.size ?? null,
    epochsDone: run.epochs.length,
    epochsPlanned: config === null ? null : config.epochs + config.frozenEpochs,
    validLoss: finished?.valid[0]?.loss ?? last?.validLoss ?? null,
    errorRate: finished?.valid[0]?.errorRate ?? last?.errorRate ?? null,
    bestErrorRate: finished?.best.errorRate ?? (errors.length === 0 ? null : Math.min(...errors)),
    ttaErrorRate: finished?.valid[0]?.ttaErrorRate ?? null,
    holdoutErrorRate: finished?.holdout[0]?.errorRate ?? null,
    seconds: finished?.seconds ?? (run.epochs.length === 0 ? null : spent),
    problem:
      run.problem ??
      (run.result !== null && run.result.status !== 'finished' ? run.result.error.message : null),
  };
}
