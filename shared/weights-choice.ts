/** What a run's `weights` setting asks for. */
export type WeightsChoice =
  /** The pretrained ones of the architecture's tag. */
  | { type: 'auto' }
  /** From scratch. */
  | { type: 'none' }
  /** Those that a finished run of the same workspace ended with. */
  | { type: 'run'; id: string }
  /** A safetensors or PyTorch file. */
  | { type: 'file'; path: string };

/** An id names a folder directly below `runs/` and nothing else. */
const runPattern = /^run:([A-Za-z0-9][A-Za-z0-9._-]{0,200})$/;

/** Reads `auto`, `none`, `run:<id>`, or a path. */
export function parseWeightsChoice(text: string): WeightsChoice {
  if (text === 'auto' || text === 'none') return { type: text };
  const run = runPattern.exec(text);
  return run === null ? { type: 'file', path: text } : { type: 'run', id: run[1]! };
}

/** What a checked run id looks like as a setting. */
export function weightsOfRun(id: string): string {
  return `run:${id}`;
}
