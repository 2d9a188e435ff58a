import { architectureId, resolveArchitecture } from '../../shared/architectures/index.ts';
import type { Grid, GridBlock } from '../../shared/records/grid.ts';
import type { ResizeMethod } from '../../shared/records/run-config.ts';
import { WeightsDraft } from './weights-draft.svelte.ts';
import { distinct } from './collections.ts';
import { fitsLine, parseSettings, settingsText } from './other-settings.ts';

/** The settings that a block states as plain numbers, with the run's defaults (shared/records/run-config.ts). */
const numbers = {
  epochs: 5,
  frozenEpochs: 1,
  batchSize: 64,
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

/** Sizes; blanks may stand around the x of one. */
const sizesOf = (text: string): string[] => list(text.replace(/(\d)\s*[x×]\s*(?=\d)/gi, '$1x'));

/** One block of the grid as it is being filled in. */
export class BlockDraft {
  archs = $state<string[]>([]);
  resizes = $state<ResizeMethod[]>(['squish']);
  sizes = $state('128');
  presize = $state('');
  numbers = $state<Record<NumberKey, number | null>>({ ...numbers });
  /** Micro-batches a step; null: what fits the memory. */
  accum = $state<number | null>(null);
  checkpointing = $state(false);
  /** Products in bfloat16. */
  half = $state(false);
  seeds = $state('');
  weights = $state.raw(new WeightsDraft());
  holdout = $state(true);
  augment = $state(true);
  targets = $state<string[]>([]);
  /** What a target's loss counts; a missing or emptied one counts 1. */
  targetWeights = $state<Record<string, number | null>>({});
  /** Settings without a control of their own, a line each (other-settings.ts). They win over the controls. */
  other = $state('');
  /** What a loaded file states and neither a control nor a line can hold, such as augmentation's single strengths. */
  #carried: Partial<GridBlock> = {};

  /** A block of a grid file, as it can be edited here. */
  static from(given: GridBlock): BlockDraft {
    const draft = new BlockDraft();
    const taken: string[] = [];
    const take = (key: keyof GridBlock): unknown => {
      taken.push(key);
      return given[key];
    };
    const many = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());
    draft.archs = many(take('arch')).map(String);
    const resizes = many(take('resize')) as ResizeMethod[];
    if (resizes.length > 0) draft.resizes = resizes;
    draft.sizes = many(take('size')).join(', ');
    draft.seeds = many(take('seed')).join(', ');
    if (typeof given.presize === 'string' || typeof given.presize === 'number')
      draft.presize = String(take('presize'));
    for (const key of numberKeys)
      if (typeof given[key] === 'number') draft.numbers[key] = take(key) as number;
    if (given.accum === 'auto' || typeof given.accum === 'number') {
      const accum = take('accum');
      draft.accum = typeof accum === 'number' ? accum : null;
    }
    if (typeof given.precision === 'string') draft.half = take('precision') === 'bfloat16';
    if (typeof given.checkpointing === 'boolean') draft.checkpointing = take('checkpointing') as boolean;
    if (typeof given.weights === 'string') draft.weights = WeightsDraft.of(take('weights') as string);
    if (given.holdout === false) draft.holdout = (take('holdout'), false);
    if (given.augment === null) draft.augment = (take('augment'), false);
    const targets = given.targets;
    if (targets !== undefined && !targets.some((one) => Array.isArray(one))) {
      draft.targets = take('targets') as string[];
      const weights = given.targetWeights;
      if (weights !== undefined && !weights.some((one) => Array.isArray(one))) {
        const each = take('targetWeights') as number[];
        draft.targetWeights = Object.fromEntries(draft.targets.map((name, at) => [name, each[at] ?? 1]));
      }
    }
    const rest = Object.entries(given).filter(([key]) => !taken.includes(key));
    for (const [key, value] of rest)
      if (!fitsLine(value)) draft.#carried = { ...draft.#carried, [key]: value };
    draft.other = settingsText(Object.fromEntries(rest) as Partial<GridBlock>);
    return draft;
  }

  toggleArch(id: string): void {
    const others = this.archs.filter((arch) => architectureId(arch) !== id);
    this.archs = others.length < this.archs.length ? others : [...this.archs, id];
  }

  /** Takes other pretrained weights for an architecture. @param name as the block has it: `id` or `id.tag` */
  chooseTag(name: string, tag: string): void {
    const { info } = resolveArchitecture(name);
    const chosen = tag === info.tags[0]!.tag ? info.id : `${info.id}.${tag}`;
    this.archs = distinct(this.archs.map((arch) => (arch === name ? chosen : arch)));
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
    if (sizesOf(this.sizes).length === 0) return 'Write at least one size, such as 128 or 320x240.';
    const seed = list(this.seeds).find((text) => !/^\d{1,10}$/.test(text));
    if (seed !== undefined)
      return `"${seed}" is not a seed: seeds are whole numbers, with commas between them.`;
    return this.weights.missing ?? parseSettings(this.other).fault;
  }

  /** The block as a grid file would say it: only what differs from the defaults. */
  toBlock(): GridBlock {
    const block: GridBlock = { arch: [...this.archs], resize: [...this.resizes], size: sizesOf(this.sizes) };
    for (const key of numberKeys) {
      const value = this.numbers[key];
      if (value !== null && value !== numbers[key]) block[key] = value;
    }
    if (this.presize.trim() !== '') block.presize = this.presize.trim();
    const seeds = list(this.seeds).map(Number);
    if (seeds.length > 0) block.seed = seeds;
    if (this.accum !== null) block.accum = this.accum;
    if (this.checkpointing) block.checkpointing = true;
    if (this.half) block.precision = 'bfloat16';
    const { setting } = this.weights;
    if (setting !== undefined) block.weights = setting;
    if (!this.holdout) block.holdout = false;
    if (!this.augment) block.augment = null;
    if (this.targets.length > 0) block.targets = [...this.targets];
    const weights = this.targets.map((name) => this.targetWeights[name] ?? 1);
    if (weights.some((weight) => weight !== 1)) block.targetWeights = weights;
    return { ...block, ...this.#carried, ...(parseSettings(this.other).settings as Partial<GridBlock>) };
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

  /** Takes the place of what is here. What a file says for all blocks is said in each from here on. */
  load({ defaults, blocks }: Grid): void {
    this.blocks = blocks.map((block) => BlockDraft.from({ ...defaults, ...block }));
  }

  get missing(): string | null {
    for (const [index, { missing }] of this.blocks.entries())
      if (missing !== null) return this.blocks.length > 1 ? `Block ${index + 1}: ${missing}` : missing;
    return null;
  }

  toGrid(): Grid {
    return { version: 1, blocks: this.blocks.map((block) => block.toBlock()) };
  }
}
