/** Names inside a workspace. Joined by the caller; forward slashes only. docs/file-formats.md describes each. */
export const layout = {
  runs: 'runs',
  datasets: 'datasets',
  pixels: 'cache/pixels',
  thumbnails: 'cache/thumbnails',
  ensembles: 'ensembles',
  queue: 'queue.json',
  lock: 'scheduler.lock',
  colors: 'run-colors.json',
  run: {
    config: 'config.json',
    worker: 'worker.json',
    split: 'split.json',
    epochs: 'epochs.jsonl',
    checkpoint: 'checkpoint',
    predictions: 'predictions.safetensors',
    weights: 'weights.safetensors',
    result: 'result.json',
    log: 'worker.log',
    notes: 'notes.json',
  },
} as const;
