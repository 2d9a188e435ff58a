import type { Command } from 'commander';
import { GranaryError } from '../../shared/errors.ts';
import type { DatasetOptions } from '../../shared/records/dataset.ts';
import type { GridBlock } from '../../shared/records/grid.ts';
import type { Precision } from '../../shared/records/precision.ts';
import { precisionOption } from './precision-flag.ts';

/** The flags of augmentation as commander gives them. */
export interface AugmentFlags {
  flip?: boolean;
  maxRotate?: number;
  maxZoom?: number;
  maxWarp?: number;
  maxLighting?: number;
  minScale?: number;
}

/** The flags of `train` and `queue` as commander gives them. */
export interface RunFlags extends AugmentFlags {
  presize?: string;
  padMode?: string;
  epochs?: number;
  frozenEpochs?: number;
  batchSize?: number;
  accum?: number | 'auto';
  gradAccumSteps?: number | 'auto';
  lr?: number;
  wd?: number;
  labelSmoothing?: number;
  dropPath?: number;
  dropout?: number;
  seed?: number;
  split?: string;
  holdout?: boolean;
  weights?: string;
  target?: string[];
  targetWeights?: number[];
  augment?: boolean;
  tta?: number;
  checkpointing?: boolean;
  precision?: Precision;
  checkpointMinutes?: number;
  deterministic?: boolean;
  imageColumn?: string;
  imagesDir?: string;
  testDir?: string | false;
}

/** Adds every setting of a run that is the same in `train` and `queue`. Defaults are those of docs/recipe.md. */
export function addRunFlags(command: Command): Command {
  command
    .option('--presize <size>', 'size of the cached pixels, reached by --resize (default: 1.5 × size)')
    .option('--pad-mode <mode>', 'what --resize pad fills with: zeros, border or reflection (default: zeros)')
    .option('--epochs <n>', 'epochs with all layers (default: 5)', integer('--epochs'))
    .option(
      '--frozen-epochs <n>',
      'epochs with the head alone, before them (default: 1)',
      integer('--frozen-epochs'),
    )
    .option(
      '--batch-size <n>',
      'effective batch: micro-batch × accumulation (default: 64)',
      integer('--batch-size'),
    )
    .option(
      '--accum <n>',
      'gradient accumulation, which divides the batch size; auto: what fits the memory (default: auto)',
      accumulation('--accum'),
    )
    .option('--grad-accum-steps <n>', 'the same as --accum', accumulation('--grad-accum-steps'))
    .option('--lr <x>', 'peak learning rate of the head (default: 0.002)', decimal('--lr'))
    .option('--wd <x>', 'weight decay (default: 0.01)', decimal('--wd'))
    .option('--label-smoothing <x>', 'label smoothing (default: 0)', decimal('--label-smoothing'))
    .option(
      '--drop-path <x>',
      "highest rate of stochastic depth (default: timm's for the architecture, mostly 0)",
      decimal('--drop-path'),
    )
    .option('--dropout <x>', 'dropout before the last layer (default: 0)', decimal('--dropout'))
    .option(
      '--checkpointing',
      'less memory for more time: the backward pass computes each block again (gradient checkpointing)',
    )
    .addOption(precisionOption())
    .option(
      '--checkpoint-minutes <n>',
      'minutes between checkpoints within an epoch; 0: only after each epoch (default: 10)',
      decimal('--checkpoint-minutes'),
    )
    .option('--deterministic', 'only kernels that give the same bits each time, even where they are slower')
    .option('--seed <n>', 'seed of everything random (default: a new one each run)', integer('--seed'))
    .option(
      '--split <file>',
      'JSON file {"train": [ids], "valid": [ids]} (default: a random fifth validates)',
    )
    .option('--holdout', 'keep the common 10 % hold-out away from training (default)')
    .option('--no-holdout', 'train on all pictures: pure bagging')
    .option(
      '--weights <which>',
      "auto (timm's, fetched once), none (from scratch), a safetensors or PyTorch file, or a finished run (default: auto)",
    )
    .option('--target <column>', 'column to train on; repeat it to train on several together', collect)
    .option(
      '--target-weights <list>',
      'what the loss of each target counts, in their order, such as 1,0.5 (default: each 1)',
      decimals('--target-weights'),
    )
    .option('--no-augment', 'train without augmentation');
  return addAugmentFlags(command)
    .option(
      '--tta <n>',
      'augmented views in test-time augmentation; 0 for none (default: 4)',
      integer('--tta'),
    )
    .option('--image-column <name>', 'CSV datasets: the column that names the picture (default: guessed)')
    .option('--images-dir <dir>', 'folder of the training pictures (default: guessed)')
    .option('--test-dir <dir>', 'folder of the test pictures (default: guessed)')
    .option('--no-test-dir', 'there are no test pictures');
}

/** Adds what augmentation does at most, as `train`, `queue` and `preview` take it. */
export function addAugmentFlags(command: Command): Command {
  return command
    .option('--no-flip', 'never mirror pictures (digits, text, anything with a handedness)')
    .option('--max-rotate <degrees>', 'largest rotation either way (default: 10)', decimal('--max-rotate'))
    .option('--max-zoom <x>', 'largest zoom into the picture (default: 1.1)', decimal('--max-zoom'))
    .option('--max-warp <x>', 'largest perspective warp, 0 to 0.3 (default: 0.2)', decimal('--max-warp'))
    .option(
      '--max-lighting <x>',
      'largest change of brightness and contrast, 0 to 1 (default: 0.2)',
      decimal('--max-lighting'),
    )
    .option(
      '--min-scale <x>',
      'smallest share of the area that a random crop keeps; 1 for no crop (default: 0.75)',
      decimal('--min-scale'),
    );
}

/** What the flags say of every run: a grid block without architecture, resize method and size. */
export function settingsOf(flags: RunFlags): Omit<GridBlock, 'arch' | 'resize' | 'size'> {
  if (flags.accum !== undefined && flags.gradAccumSteps !== undefined && flags.accum !== flags.gradAccumSteps)
    throw new GranaryError(
      'USAGE',
      '--accum and --grad-accum-steps are two names of one setting and were given different values.',
      'Give one of them.',
    );
  return defined({
    presize: flags.presize,
    // Checked with the rest of the grid, which names what is allowed.
    padMode: flags.padMode as GridBlock['padMode'],
    epochs: flags.epochs,
    frozenEpochs: flags.frozenEpochs,
    batchSize: flags.batchSize,
    accum: flags.accum ?? flags.gradAccumSteps,
    lr: flags.lr,
    weightDecay: flags.wd,
    labelSmoothing: flags.labelSmoothing,
    dropPath: flags.dropPath,
    dropout: flags.dropout,
    checkpointing: flags.checkpointing,
    precision: flags.precision,
    ttaViews: flags.tta,
    checkpointMinutes: flags.checkpointMinutes,
    deterministic: flags.deterministic,
    seed: flags.seed,
    weights: flags.weights,
    targets: flags.target,
    targetWeights: flags.targetWeights,
    split: flags.split,
    holdout: flags.holdout,
    augment: flags.augment === false ? null : augmentOf(flags),
  });
}

/** What the flags say of augmentation; undefined when they say nothing. */
export function augmentOf(flags: AugmentFlags): GridBlock['augment'] {
  const { maxRotate, maxZoom, maxWarp, maxLighting, minScale } = flags;
  const augment = defined({
    flip: flags.flip === false ? false : undefined,
    ...{ maxRotate, maxZoom, maxWarp, maxLighting, minScale },
  }) as NonNullable<GridBlock['augment']>;
  return Object.keys(augment).length === 0 ? undefined : augment;
}

/** What the flags say of reading the dataset. */
export function datasetOptionsOf(flags: RunFlags): DatasetOptions {
  return defined({
    imageColumn: flags.imageColumn,
    imagesDir: flags.imagesDir,
    testDir: flags.testDir === false ? null : flags.testDir,
  });
}

/** `a,b` and `--flag a --flag b` both give a list. */
export function list(value: string, before: string[] = []): string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}

/** Names of columns may hold commas, so only repeating the flag makes a list. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** A parser of whole numbers that names its flag. */
export function integer(flag: string): (text: string) => number {
  return (text) => {
    if (/^[+-]?\d+$/.test(text.trim())) return Number(text);
    throw new GranaryError(
      'USAGE',
      `${flag} needs a whole number, and "${text}" was given.`,
      `For example: ${flag} 4`,
    );
  };
}

/** A parser of a whole number or `auto`. */
function accumulation(flag: string): (text: string) => number | 'auto' {
  const whole = integer(flag);
  return (text) => (text.trim() === 'auto' ? 'auto' : whole(text));
}

/** A parser of numbers that names its flag. */
export function decimal(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    throw new GranaryError(
      'USAGE',
      `${flag} needs a number, and "${text}" was given.`,
      `For example: ${flag} 0.002`,
    );
  };
}

/** A parser of numbers that are separated by commas. */
export function decimals(flag: string): (text: string) => number[] {
  const one = decimal(flag);
  return (text) => text.split(',').map(one);
}

/** A parser of whole numbers that are separated by commas. */
export function integers(flag: string): (text: string) => number[] {
  const one = integer(flag);
  return (text) => text.split(',').map(one);
}

/** Without the keys that were not given, so that a grid file's own values stay. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
