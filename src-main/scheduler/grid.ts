import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { architecture, checkSize, currentName } from '../../shared/architectures/index.ts';
import { nearestNames } from '../../shared/architectures/nearest.ts';
import { type ErrorPayload, GranaryError, fromErrorPayload } from '../../shared/errors.ts';
import { defaultPresize, parseImageSize } from '../../shared/image-size.ts';
import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import { type Grid, type GridRun, gridBlockSchema } from '../../shared/records/grid.ts';
import { type RunConfig, augmentSchema, runConfigSchema } from '../../shared/records/run-config.ts';
import { checkTargetWeights } from '../../shared/target-weights.ts';
import { parseWeightsChoice } from '../../shared/weights-choice.ts';
import { runName } from '../runs/run-id.ts';
import { type GridForm, eachRunOf, reasonOf } from './grid-product.ts';

/** One run that a grid asks for, checked and fully resolved. */
export interface PlannedRun {
  kind?: 'pictures';
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

/** A combination that cannot be trained, and why. Its config names what was asked for as far as a config can. */
export interface InvalidRun extends PlannedRun {
  error: ErrorPayload;
}

/**
 * Every combination of a grid, block by block: architectures, within them resize methods, sizes, then every other key that has
 * several values, seeds last. Those that can be known to fail are told apart, with the reason.
 * @throws GranaryError GRID_INVALID when there are too many
 */
export function planGrid(grid: Grid, dataset: GridDataset): (PlannedRun | InvalidRun)[] {
  return eachRunOf<GridRun>(grid, form).map(({ run, suffix, where }): PlannedRun | InvalidRun => {
    try {
      const planned = planRun(run, dataset);
      return { ...planned, name: planned.name + suffix };
    } catch (error) {
      return { ...asFarAsItGoes(run, dataset, suffix), error: reasonOf(error, where) };
    }
  });
}

/** @throws GranaryError the first reason when no combination at all can be trained: then it is a mistake, not a grid */
export function checkSomeValid(planned: readonly ({ name: string } | { error: ErrorPayload })[]): void {
  const first = planned[0];
  if (first !== undefined && 'error' in first && planned.every((run) => 'error' in run))
    throw fromErrorPayload(first.error);
}

const notAList = (first: unknown): boolean => !Array.isArray(first);
const form: GridForm = {
  keys: Object.keys(gridBlockSchema.shape),
  unnamed: ['arch', 'resize', 'size'],
  lists: { targets: notAList, targetWeights: notAList },
};

function planRun(typed: GridRun, dataset: GridDataset): PlannedRun {
  const run = { ...typed, arch: currentName(typed.arch) };
  const info = architecture(run.arch);
  const size = parseImageSize(String(run.size));
  checkSize(info, size);
  const parsed = runConfigSchema.safeParse({
    ...configInput(run, dataset),
    augment: checkAugment(run.augment),
    split: run.split === undefined ? undefined : { type: 'file', path: existingFile('split', run.split) },
    ...checkedTargets(run, dataset),
    weights: checkWeights(run.weights),
  });
  if (!parsed.success) throw invalidConfig(parsed.error.issues[0]!);
  checkBatch(parsed.data);
  return { name: runName(parsed.data), config: parsed.data };
}

/** What a run states, in a config's terms, unchecked. */
function configInput(run: GridRun, dataset: GridDataset): Record<string, unknown> {
  const { resize = 'squish', presize, seed, split, size: _text, accum = 'auto', ...settings } = run;
  const size = parseImageSize(String(run.size));
  return {
    ...settings,
    dataset: dataset.path,
    datasetOptions: dataset.options,
    size,
    presize: presize === undefined ? defaultPresize(size) : parseImageSize(String(presize)),
    resize,
    accum: accum === 'auto' ? 1 : accum,
    autoAccum: accum === 'auto',
    // Drawn here and not in the worker, so that config and queue name it and a run can be trained again exactly.
    seed: seed ?? randomInt(2 ** 32),
    split: split === undefined ? undefined : { type: 'file', path: split },
  };
}

/** The config of a combination that cannot be trained, without the keys that no config can have. */
function asFarAsItGoes(run: GridRun, dataset: GridDataset, suffix: string): PlannedRun {
  let size = { height: 1, width: 1 };
  try {
    size = parseImageSize(String(run.size));
  } catch {
    // Its name says what was asked for.
  }
  const text = `${run.arch} ${run.resize ?? 'squish'} ${run.size}${suffix}`;
  const base = { dataset: dataset.path, arch: run.arch, size, seed: 0 };
  const whole = runConfigSchema.safeParse({ ...withoutThrowing(() => configInput(run, dataset)), ...base });
  return { name: text, config: whole.success ? whole.data : runConfigSchema.parse(base) };
}

function withoutThrowing<T extends object>(make: () => T): T | object {
  try {
    return make();
  } catch {
    return {};
  }
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

function checkAugment(augment: GridRun['augment']): GridRun['augment'] {
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
  { targets = [], targetWeights }: GridRun,
  dataset: GridDataset,
): { targets: string[]; targetWeights: number[] | undefined } {
  const names = checkTargets(targets, dataset);
  // Without a name it is the dataset's first target alone.
  const trained = names.length > 0 ? names : [dataset.manifest?.targets[0]?.name ?? 'the first target'];
  return { targets: names, targetWeights: checkTargetWeights(trained, targetWeights) };
}

/** Names of targets as they are. @throws GranaryError where the dataset has no such target, or one is named twice */
export function checkTargets(targets: readonly string[], dataset: Pick<GridDataset, 'manifest'>): string[] {
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
export function invalidConfig(issue: { path: PropertyKey[]; message: string }): GranaryError {
  const key = issue.path.map(String).join('.');
  return new GranaryError(
    'CONFIG_INVALID',
    `The setting ${key} cannot be used: ${issue.message}.`,
    'Correct it and try again.',
  );
}
