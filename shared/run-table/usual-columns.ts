/** Ids of the fields that the runs table shows until someone chooses otherwise. Best beside last. */
export const usualColumns: readonly string[] = [
  'state',
  'epochs_done',
  'holdout.error_rate',
  'valid.error_rate',
  'valid.error_rate.best',
  'valid.error_rate.tta',
  'valid.loss',
  'valid.rmse',
  'valid.mae',
  'seconds',
  'created',
];
