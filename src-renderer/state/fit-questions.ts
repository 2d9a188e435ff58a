import { allowsSize } from '../../shared/architectures/sizes.ts';
import type { ArchitectureInfo } from '../../shared/architectures/types.ts';
import { type ImageSize, defaultPresize, parseImageSize } from '../../shared/image-size.ts';
import type { DatasetSummary, RunPreview } from '../../shared/ipc/views.ts';
import type { GridBlock } from '../../shared/records/grid.ts';
import type { FitQuestion } from '../../shared/records/memory-fit.ts';

type Targets = DatasetSummary['targets'];

/** What a run of the preview asks of the memory. */
export function questionOfRun(run: RunPreview, targets: Targets): FitQuestion {
  const { arch, size, presize, batchSize, accum, autoAccum, checkpointing, precision } = run;
  return {
    ...{ arch, size, presize, batchSize, accum, autoAccum, checkpointing, precision },
    classes: classesOf(targets, run.targets),
  };
}

/** What architectures of a block are compared by: its largest size, with the planner free to choose. Null where it has no size yet. */
export function blockBasis(block: GridBlock, targets: Targets): Omit<FitQuestion, 'arch'> | null {
  const sizes = [block.size ?? []].flat().flatMap((text) => sizeOf(String(text)) ?? []);
  const batchSize = Math.max(...[block.batchSize ?? 64].flat());
  if (sizes.length === 0 || !Number.isInteger(batchSize) || batchSize < 1 || batchSize > 65_536) return null;
  const size = sizes.reduce((a, b) => (b.height * b.width > a.height * a.width ? b : a));
  const presize = typeof block.presize === 'object' ? null : sizeOf(String(block.presize ?? ''));
  const named = (block.targets ?? []).flat();
  return {
    ...{ size, presize: presize ?? defaultPresize(size), batchSize },
    ...{ accum: 1, autoAccum: true, checkpointing: false },
    // Of both, what mostly needs more; and of what is half typed, what is usual.
    precision: isHalf(block.precision) ? 'bfloat16' : 'float32',
    classes: classesOf(targets, named),
  };
}

function isHalf(precision: GridBlock['precision'] = 'float32'): boolean {
  const values = [precision].flat();
  return values.length > 0 && values.every((value) => value === 'bfloat16');
}

/** The question for one architecture; null where it cannot be built at that size. */
export function questionOfArchitecture(
  { id, sizes }: Pick<ArchitectureInfo, 'id' | 'sizes'>,
  basis: Omit<FitQuestion, 'arch'>,
): FitQuestion | null {
  return allowsSize(sizes, basis.size) ? { arch: id, ...basis } : null;
}

/** As the scheduler counts them: those that are named, else the first one's. */
function classesOf(targets: Targets, named: readonly string[]): number[] {
  const chosen = targets.filter(({ name }) => named.includes(name));
  const counts = (chosen.length === 0 ? targets.slice(0, 1) : chosen).map(({ classes }) =>
    Math.max(1, classes.length),
  );
  return counts.length === 0 ? [10] : counts;
}

function sizeOf(text: string): ImageSize | null {
  try {
    return parseImageSize(text);
  } catch {
    // Half typed.
    return null;
  }
}
