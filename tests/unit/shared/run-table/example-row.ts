import { type RunRow, runRowSchema } from '../../../../shared/ipc/views.ts';

/** A finished run's row of one target; figures are those of validation and hold-out. */
export function exampleRow(id: string, error: number | null, more: Partial<RunRow> = {}): RunRow {
  return runRowSchema.parse({
    id,
    name: `name ${id}`,
    state: 'finished',
    created: `2026-01-0${1 + (id.charCodeAt(0) - 97)}`,
    queue: null,
    dataset: 'paddy',
    datasetHash: 'data',
    validHash: `valid ${id}`,
    epochsDone: 5,
    epochsPlanned: 5,
    seconds: 60,
    peakRssMb: 500,
    peakCardMb: null,
    parameters: 11e6,
    problem: null,
    tags: [],
    note: '',
    archived: false,
    color: 1,
    settings: { arch: 'resnet18', size: '128', lr: 0.002 },
    targets:
      error === null
        ? []
        : [{ target: 'label', figures: { 'valid.error_rate': error, 'holdout.error_rate': error / 2 } }],
    ...more,
  });
}
