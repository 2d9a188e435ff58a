import { formatImageSize } from '../../shared/image-size.ts';
import type { GridBlock } from '../../shared/records/grid.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';

/** A grid block of one run that makes this very config again, its seed included. */
export function blockOf(config: RunConfig): GridBlock {
  const {
    version: _version,
    dataset: _dataset,
    datasetOptions: _options,
    size,
    presize,
    split,
    augment,
    accum,
    autoAccum,
    ...same
  } = config;
  return {
    ...same,
    accum: autoAccum ? 'auto' : accum,
    size: formatImageSize(size),
    ...(presize === undefined ? {} : { presize: formatImageSize(presize) }),
    ...(split.type === 'file' ? { split: split.path } : {}),
    augment: augment === null ? null : { ...augment },
  };
}
