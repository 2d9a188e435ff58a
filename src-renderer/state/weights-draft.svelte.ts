import { parseWeightsChoice, weightsOfRun } from '../../shared/weights-choice.ts';

/** Where a block's runs start from. */
export type WeightsSource = 'auto' | 'none' | 'run' | 'file';

/** What a block's runs start from, as it is being chosen. Each source keeps what was chosen in it. */
export class WeightsDraft {
  from = $state<WeightsSource>('auto');
  /** Id of a run. */
  run = $state('');
  /** Path of a file. */
  file = $state('');

  /** As the setting `weights` says it. */
  static of(setting: string): WeightsDraft {
    const draft = new WeightsDraft();
    const choice = parseWeightsChoice(setting);
    draft.from = choice.type;
    if (choice.type === 'run') draft.run = choice.id;
    if (choice.type === 'file') draft.file = choice.path;
    return draft;
  }

  /** What is still to be chosen; null when nothing is. */
  get missing(): string | null {
    if (this.from === 'run' && this.run === '') return 'Choose the run whose weights to start from.';
    if (this.from === 'file' && this.file === '') return 'Choose the file of weights to start from.';
    return null;
  }

  /** The setting `weights`; undefined: the default, timm's pretrained ones. */
  get setting(): string | undefined {
    switch (this.from) {
      case 'auto':
        return undefined;
      case 'none':
        return 'none';
      case 'run':
        return weightsOfRun(this.run);
      case 'file':
        return this.file;
    }
  }
}
