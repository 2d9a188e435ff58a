import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { architecture, checkSize, currentName } from '../../shared/architectures/index.ts';
import { nearestNames } from '../../shared/architectures/nearest.ts';
import { GranaryError } from '../../shared/errors.ts';
import { defaultPresize, parseImageSize } from '../../shared/image-size.ts';
import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import type { Grid, GridBlock } from '../../shared/records/grid.ts';
import {
  type ResizeMethod,
  type RunConfig,
  augmentSchema,
  runConfigSchema,
} from '../../shared/records/run-config.ts';
import { checkTargetWeights } from '../../shared/target-weights.ts';
import { parseWeightsChoice } from '../../shared/weights-choice.ts';
import { runName } from '../runs/run-id.ts';

/** One run that a grid asks for, checked and fully resolved. */
export interface PlannedRun {
  name: string;
  config: RunConfig;
}

/** The dataset that a grid is planned for. */
export interface GridDataset {
  /** Absolute path. */
  path: string;
  options: DatasetOptions;
  /** Null: not read yet, so the names of targets are not checked. */
  manifest: Pick<Manifest, 'targets' | 'columns'> | null;
}

/** A mistyped grid must not fill the disk with runs. */
const MAX_RUNS = 1000;

/**
 * Every run of a grid, block by block: architectures, within them resize methods, sizes, then seeds. Everything that can be
 * known to fail later is refused here, before anything is queued.
 * @throws GranaryError ARCH_UNKNOWN, ARCH_SIZE, SIZE_INVALID, CONFIG_INVALID, WEIGHTS_NOT_FOUND, SPLIT_INVALID,
 *   DATASET_BAD_COLUMNS, each naming the block where there are several
 */
export function expandGrid(grid: Grid, dataset: GridDataset): PlannedRun[] {
  const runs = grid.blocks.flatMap((block, index) => {
    const where = grid.blocks.length === 1 ? '' : `Block ${index + 1}: `;
    const merged = { ...grid.defaults, ...block };
    try {
      return expandBlock(merged, dataset);
    } catch (error) {
      if (!(error instanceof GranaryError) || where === '') throw error;
      throw new GranaryError(error.code, `${where}${error.message}`, error.fix);
    }
  });
  if (runs.length > MAX_RUNS)
    throw new GranaryError(
      'GRID_INVALID',
      `This grid makes ${runs.length} runs, over the limit of ${MAX_RUNS}.`,
      'Shorten its lists, or queue it in parts.',
    );
  return runs;
}

const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

function expandBlock(block: GridBlock, dataset: GridDataset): PlannedRun[] {
  return listOf(block.arch).flatMap((arch) =>
    listOf<ResizeMethod>(block.resize ?? 'squish').flatMap((resize) =>
      listOf(block.size ?? []).flatMap((size) =>
        listOf(block.seed ?? null).map((seed) => planRun(block, dataset, arch, resize, size, seed)),
      ),
    ),
  );
}

function planRun(
  block: GridBlock,
  dataset: GridDataset,
  typed: string,
  resize: ResizeMethod,
  sizeText: string | number,
  seed: number | null,
): PlannedRun {
  const arch = currentName(typed);
  const info = architecture(arch);
  const size = parseImageSize(String(sizeText));
  checkSize(info, size);
  const {
    epochs,
    frozenEpochs,
    batchSize,
    accum,
    lr,
    weightDecay,
    labelSmoothing,
    dropPath,
    dropout,
    ttaViews,
    padMode,
    holdout,
  } = block;
  const parsed = runConfigSchema.safeParse({
    dataset: dataset.path,
    datasetOptions: dataset.options,
    arch,
    size,
    presize: block.presize === undefined ? defaultPresize(size) : parseImageSize(String(block.presize)),
    resize,
    padMode,
    epochs,
    frozenEpochs,
    batchSize,
    accum,
    lr,
    weightDecay,
    labelSmoothing,
    dropPath,
    dropout,
    ttaViews,
    holdout,
    augment: checkAugment(block.augment),
    // Drawn here and not in the worker, so that config and queue name it and a run can be trained again exactly.
    seed: seed ?? randomInt(2 ** 32),
    split: block.split === undefined ? undefined : { type: 'file', path: existingFile('split', block.split) },
    ...checkedTargets(block, dataset),
    weights: checkWeights(block.weights),
  });
  if (!parsed.success) throw invalidConfig(parsed.error.issues[0]!);
  checkBatch(parsed.data);
  return { name: runName({ arch, resize, size }), config: parsed.data };
}

function checkBatch(config: RunConfig): void {
  if (config.epochs + config.frozenEpochs < 1)
    throw new GranaryError(
      'CONFIG_INVALID',
      'There is no epoch to train.',
      'Set epochs or frozen epochs to 1 or more.',
    );
  if (config.batchSize % config.accum !== 0) {
    const divisors = Array.from({ length: config.batchSize }, (_, index) => index + 1)
      .filter((candidate) => config.batchSize % candidate === 0)
      .sort((a, b) => Math.abs(a - config.accum) - Math.abs(b - config.accum));
    throw new GranaryError(
      'CONFIG_INVALID',
      `Accumulation ${config.accum} does not divide the batch size ${config.batchSize}: micro-batch × accumulation must be exactly the batch.`,
      `Choose an accumulation of ${divisors
        .slice(0, 2)
        .sort((a, b) => a - b)
        .join(' or ')}, or another batch size.`,
    );
  }
}

function checkAugment(augment: GridBlock['augment']): GridBlock['augment'] {
  const known = Object.keys(augmentSchema.shape);
  const unknown = Object.keys(augment ?? {}).find((key) => !known.includes(key));
  if (unknown === undefined) return augment;
  throw new GranaryError(
    'CONFIG_INVALID',
    `Augmentation has no setting "${unknown}". Did you mean ${nearestNames(unknown, known, 1)[0]}?`,
    `Its settings are ${known.join(', ')}.`,
  );
}

function checkedTargets(
  { targets = [], targetWeights }: GridBlock,
  dataset: GridDataset,
): { targets: string[]; targetWeights: number[] | undefined } {
  const names = checkTargets(targets, dataset);
  // Without a name it is the dataset's first target alone.
  const trained = names.length > 0 ? names : [dataset.manifest?.targets[0]?.name ?? 'the first target'];
  return { targets: names, targetWeights: checkTargetWeights(trained, targetWeights) };
}

function checkTargets(targets: readonly string[], dataset: GridDataset): string[] {
  const known = dataset.manifest?.targets.map((target) => target.name);
  const unknown = known === undefined ? undefined : targets.find((target) => !known.includes(target));
  if (unknown !== undefined)
    throw new GranaryError(
      'DATASET_BAD_COLUMNS',
      `The dataset has no target "${unknown}". Did you mean ${nearestNames(unknown, known!, 1)[0]}?`,
      `Its targets are ${known!.join(', ')}.`,
    );
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined)
    throw new GranaryError(
      'CONFIG_INVALID',
      `The target "${twice}" is named twice.`,
      'Name each target once.',
    );
  return [...targets];
}

function checkWeights(weights: string | undefined): string | undefined {
  return weights === undefined || parseWeightsChoice(weights).type !== 'file'
    ? weights
    : existingFile('weights', weights);
}

function existingFile(what: 'split' | 'weights', path: string): string {
  const absolute = isAbsolute(path) ? path : resolve(path);
  if (existsSync(absolute)) return absolute;
  throw new GranaryError(
    what === 'split' ? 'SPLIT_INVALID' : 'WEIGHTS_NOT_FOUND',
    `There is no ${what} file ${absolute}.`,
    what === 'split'
      ? 'Give the path of a JSON file {"train": [ids], "valid": [ids]}.'
      : 'Write auto, none, the path of a safetensors or PyTorch file, or the id or name of a finished run.',
  );
}

/** `batchSize: Too small: expected number to be >=1` says what is wrong; the key is put into the user's words. */
function invalidConfig(issue: { path: PropertyKey[]; message: string }): GranaryError {
  const key = issue.path.map(String).join('.');
  return new GranaryError(
    'CONFIG_INVALID',
    `The setting ${key} cannot be used: ${issue.message}.`,
    'Correct it and try again.',
  );
}
