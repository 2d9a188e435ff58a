import type { ArchitectureInfo, PretrainedTag } from './types.ts';

/** What fetching weights takes. */
export interface DownloadSize {
  bytes: number;
  /** False: reckoned from the number of values in float32, which is how nearly all of timm's files hold them. */
  exact: boolean;
}

const FLOAT_BYTES = 4;
/** `architectures` counts the values with this many classes. */
const COUNTED_CLASSES = 1000;

/** Size of the download of a tag's weights: of the Python package where there is one, else about that of the hub's file. */
export function downloadSize(
  { parameters, features, pretrained, tags }: ArchitectureInfo,
  tag: PretrainedTag,
): DownloadSize {
  if (pretrained !== null && tag === tags[0]) return { bytes: pretrained.bytes, exact: true };
  // Each class has a row of the last layer and a bias.
  const values = parameters + (tag.classes - COUNTED_CLASSES) * (features + 1);
  return { bytes: FLOAT_BYTES * values, exact: false };
}
