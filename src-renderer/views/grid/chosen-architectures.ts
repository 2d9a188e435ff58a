import { downloadSize } from '../../../shared/architectures/download.ts';
import {
  type ArchitectureInfo,
  type PretrainedTag,
  resolveArchitecture,
} from '../../../shared/architectures/index.ts';
import { formatBytes } from '../../../shared/format-bytes.ts';

/** An architecture of a block with the pretrained weights that it names. */
export interface ChosenArchitecture {
  /** As the block says it: `id` or `id.tag`. */
  name: string;
  info: ArchitectureInfo;
  tag: PretrainedTag;
  /** Size of the download, in words: `about 113.2 MB`. */
  download: string;
}

/** A block's architectures, each name once. Names that nobody knows are left out: the preview tells what is wrong with them. */
export function chosenArchitectures(names: readonly string[]): ChosenArchitecture[] {
  return [...new Set(names)].flatMap((name) => {
    try {
      const { info, tag } = resolveArchitecture(name);
      const weights = tag ?? info.tags[0]!;
      const { bytes, exact } = downloadSize(info, weights);
      return [{ name, info, tag: weights, download: `${exact ? '' : 'about '}${formatBytes(bytes)}` }];
    } catch {
      return [];
    }
  });
}
