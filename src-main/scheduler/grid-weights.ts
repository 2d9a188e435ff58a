import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { currentName, resolveArchitecture, weightsOf } from '../../shared/architectures/index.ts';
import { GranaryError } from '../../shared/errors.ts';
import type { Grid, GridBlock } from '../../shared/records/grid.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import { parseWeightsChoice, weightsOfRun } from '../../shared/weights-choice.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { statOrNull } from '../files/stat.ts';
import { findRunWithWeights } from '../runs/find-run.ts';

/** What people call files of weights: such a text is never a run's name. */
const fileLike = /[\\/]|\.(safetensors|pth|pt|bin|tar)$/i;

/**
 * A grid whose `weights` are settled: a run by its whole id (`run:<id>`), a run's folder by the file in it. An architecture without a
 * tag takes that of the run it starts from, because weights want pictures normalised as they were trained.
 * @throws GranaryError RUN_NOT_FOUND, RUN_NOT_FINISHED, RUN_CORRUPT, WEIGHTS_NOT_FOUND
 */
export async function settleGridWeights(grid: Grid, workspace: string): Promise<Grid> {
  const inherited = grid.defaults?.weights;
  // A block for each of several weights: an architecture's tag goes with them.
  const blocks = grid.blocks.flatMap((block) =>
    [block.weights ?? inherited].flat().map((weights) => ({ ...block, weights })),
  );
  return { ...grid, blocks: await Promise.all(blocks.map((block) => settleBlock(block, workspace))) };
}

async function settleBlock(
  block: GridBlock & { weights: string | undefined },
  workspace: string,
): Promise<GridBlock> {
  const { weights } = block;
  if (weights === undefined || weights === 'auto' || weights === 'none') return withoutAbsent(block);
  const choice = parseWeightsChoice(weights);
  const asked = choice.type === 'run' ? choice.id : weights;
  if (choice.type !== 'run' && (existsSync(weights) || fileLike.test(weights)))
    return { ...block, weights: fileOf(resolve(weights)) };
  const run = await findRunWithWeights(workspace, asked).catch((error: unknown) => {
    if (!(error instanceof GranaryError) || error.code !== 'RUN_NOT_FOUND' || choice.type === 'run')
      throw error;
    throw new GranaryError(
      'WEIGHTS_NOT_FOUND',
      `There is no weights file "${weights}", and as a run: ${error.message}`,
      'Write auto, none, the path of a safetensors or PyTorch file, or the id or name of a finished run.',
    );
  });
  return {
    ...block,
    arch: withTagOf(block.arch, run.header?.config.arch),
    weights: weightsOfRun(run.id),
  };
}

/** A run's folder stands for the weights in it. */
function fileOf(path: string): string {
  const isFolder = statOrNull(path)?.isDirectory() === true;
  const inside = join(path, layout.run.weights);
  return isFolder && existsSync(inside) ? inside : path;
}

function withTagOf(arch: GridBlock['arch'], source: string | undefined): GridBlock['arch'] {
  if (source === undefined) return arch;
  const { info, tag } = resolveArchitecture(source);
  if (tag === null) return arch;
  const tagged = (name: string): string => (name === info.id ? `${info.id}.${tag.tag}` : name);
  return Array.isArray(arch) ? arch.map(tagged) : tagged(arch);
}

function withoutAbsent({ weights, ...block }: GridBlock): GridBlock {
  return weights === undefined ? block : { ...block, weights };
}

/** The pretrained weights that runs will want, each once: `id.tag`. */
export function pretrainedOf(runs: readonly { config: Pick<RunConfig, 'arch' | 'weights'> }[]): string[] {
  const wanted = runs.filter(({ config }) => config.weights === 'auto');
  return [
    ...new Set(
      wanted.map(({ config }) => {
        const { info, tag } = weightsOf(config.arch);
        return `${info.id}.${tag.tag}`;
      }),
    ),
  ];
}

/** A sentence for each of timm's older names in a grid. */
export function oldNameNotes({ blocks }: Grid): string[] {
  const names = new Set(blocks.flatMap(({ arch }) => arch));
  return [...names]
    .filter((name) => currentName(name) !== name)
    .map((name) => `${name} is an older name of timm's: it is ${currentName(name)} now.`);
}
