import { GranaryError } from '../../shared/errors.ts';
import type { ImageRecord, Manifest } from '../../shared/records/dataset.ts';
import { targetIndices } from '../dataset/splits.ts';

/** One thing that the run learns to tell; its logits stand in the order of `classes`. */
export interface TrainedTarget {
  name: string;
  classes: string[];
  /** Its place among the manifest's targets. */
  index: number;
}

/**
 * The targets that a run trains on together.
 * @param names empty: the dataset's first target
 * @throws GranaryError DATASET_BAD_COLUMNS for a name that the dataset lacks, CONFIG_INVALID for one named twice or with one class
 */
export function chooseTargets(manifest: Manifest, names: readonly string[]): TrainedTarget[] {
  const chosen = names.length === 0 ? [manifest.targets[0]!.name] : [...names];
  if (new Set(chosen).size !== chosen.length) {
    throw new GranaryError(
      'CONFIG_INVALID',
      `A target is named twice: ${chosen.join(', ')}.`,
      'Name each target once.',
    );
  }
  return targetIndices(manifest, chosen).map((index) => {
    const { name, classes } = manifest.targets[index]!;
    if (classes.length < 2) {
      throw new GranaryError(
        'CONFIG_INVALID',
        `The target "${name}" has ${classes.length === 1 ? `a single class, "${classes[0]}"` : 'no class'}: there is nothing to tell apart.`,
        'Choose another target, or check the dataset with `granary inspect`.',
      );
    }
    return { name, classes, index };
  });
}

/**
 * Class indices of some pictures.
 * @returns [pictures, targets], row by row; −1 where a label is missing
 */
export function labelTable(
  records: readonly ImageRecord[],
  targets: readonly TrainedTarget[],
): Int32Array<ArrayBuffer> {
  const places = targets.map(({ classes }) => new Map(classes.map((label, c) => [label, c])));
  const table = new Int32Array(records.length * targets.length);
  records.forEach((record, row) => {
    targets.forEach(({ index }, t) => {
      const label = record.labels[index];
      table[row * targets.length + t] = label == null ? -1 : (places[t]!.get(label) ?? -1);
    });
  });
  return table;
}

/** The column of one target in a {@link labelTable}. */
export function labelsOfTarget(table: Int32Array, targets: number, target: number): Int32Array {
  return Int32Array.from({ length: table.length / targets }, (_, row) => table[row * targets + target]!);
}
