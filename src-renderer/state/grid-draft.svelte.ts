import type { GridBlock, Grid } from '../../shared/records/grid.ts';
import type { ResizeMethod } from '../../shared/records/run-config.ts';

/** The settings that a block states as plain numbers, with the run's defaults (shared/records/run-config.ts). */
const numbers = {
  epochs: 5,
  frozenEpochs: 1,
  batchSize: 64,
  accum: 1,
  lr: 0.002,
  weightDecay: 0.01,
  labelSmoothing: 0,
  ttaViews: 4,
} as const;
export type NumberKey = keyof typeof numbers;
export const numberKeys = Object.keys(numbers) as NumberKey[];

const list = (text: string): string[] =>
  text
    .split(/[,\s]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** One block of the grid as it is being filled in. */
export class BlockDraft {
  archs = $state<string[]>([]);
  resizes = $state<ResizeMethod[]>(['squish']);
  sizes = $state('128');
  presize = $state('');
  numbers = $state<Record<NumberKey, number | null>>({ ...numbers });
  seeds = $state('');
  fromScratch = $state(false);
  holdout = $state(true);
  augment = $state(true);
  targets = $state<string[]>([]);
  /** What a target's loss counts; a missing or emptied one counts 1. */
  targetWeights = $state<Record<string, number | null>>({});

  toggleArch(id: string): void {
    this.archs = this.archs.includes(id) ? this.archs.filter((arch) => arch !== id) : [...this.archs, id];
  }

  toggleResize(method: ResizeMethod): void {
    this.resizes = this.resizes.includes(method)
      ? this.resizes.filter((resize) => resize !== method)
      : [...this.resizes, method];
  }

  toggleTarget(name: string): void {
    this.targets = this.targets.includes(name)
      ? this.targets.filter((target) => target !== name)
      : [...this.targets, name];
  }

  /** What is still to be chosen before there can be a run; null when nothing is. */
  get missing(): string | null {
    if (this.archs.length === 0) return 'Choose at least one architecture.';
    if (this.resizes.length === 0) return 'Choose at least one resize method.';
    if (list(this.sizes).length === 0) return 'Write at least one size, such as 128 or 320x240.';
    const seed = list(this.seeds).find((text) => !/^\d{1,10}$/.test(text));
    if (seed !== undefined)
      return `"${seed}" is not a seed: seeds are whole numbers, with commas between them.`;
    return null;
  }

  /** The block as a grid file would say it: only what differs from the defaults. */
  toBlock(): GridBlock {
    const block: GridBlock = { arch: [...this.archs], resize: [...this.resizes], size: list(this.sizes) };
    for (const key of numberKeys) {
      const value = this.numbers[key];
      if (value !== null && value !== numbers[key]) block[key] = value;
    }
    if (this.presize.trim() !== '') block.presize = this.presize.trim();
    const seeds = list(this.seeds).map(Number);
    if (seeds.length > 0) block.seed = seeds;
    if (this.fromScratch) block.weights = 'none';
    if (!this.holdout) block.holdout = false;
    if (!this.augment) block.augment = null;
    if (this.targets.length > 0) block.targets = [...this.targets];
    const weights = this.targets.map((name) => this.targetWeights[name] ?? 1);
    if (weights.some((weight) => weight !== 1)) block.targetWeights = weights;
    return block;
  }
}

/** The grid on the desk: a list of blocks, each its own product, as a grid file has it. */
export class GridDraft {
  blocks = $state<BlockDraft[]>([new BlockDraft()]);

  add(): void {
    this.blocks = [...this.blocks, new BlockDraft()];
  }

  remove(block: BlockDraft): void {
    this.blocks = this.blocks.filter((other) => other !== block);
  }

  get missing(): string | null {
    for (const block of this.blocks) if (block.missing !== null) return block.missing;
    return null;
  }

  toGrid(): Grid {
    return { version: 1, blocks: this.blocks.map((block) => block.toBlock()) };
  }
}
