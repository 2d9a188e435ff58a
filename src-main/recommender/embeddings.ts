import { join } from 'node:path';
import { encodeSafetensors, float32Tensor } from '../../shared/safetensors/index.ts';
import { writeExport } from '../files/write-export.ts';
import type { OpenRecommender } from './open.ts';

/**
 * Writes a run's embeddings as safetensors, and as TSV with metadata for TensorBoard's projector.
 * @param folder absolute; made where it is missing
 * @returns the files' paths
 * @throws GranaryError as {@link writeExport}
 */
export function writeEmbeddings(model: OpenRecommender, folder: string): string[] {
  const { users, items, factors, bias } = model.scorers[0]!.weights;
  const write = (file: string, content: string | Uint8Array): string => {
    writeExport(join(folder, file), content);
    return join(folder, file);
  };
  const tensors = new Map([
    ['user', float32Tensor([users.length, factors.userWidth], factors.user)],
    ['item', float32Tensor([items.length, factors.itemWidth], factors.item)],
    ...(bias === null
      ? []
      : ([
          ['user_bias', float32Tensor([users.length], bias.user)],
          ['item_bias', float32Tensor([items.length], bias.item)],
        ] as const)),
  ]);
  const metadata = { users: JSON.stringify(users), items: JSON.stringify(items) };
  // A tab or a line break in a title would tear the table; one column of metadata has no header (the projector's rule).
  const plain = (text: string): string => text.replace(/[\t\r\n]+/g, ' ');
  const labels = items.map((id, item) => `${plain(id)}\t${plain(model.title(item))}\n`);
  return [
    write('embeddings.safetensors', encodeSafetensors({ metadata, tensors })),
    write('items.tsv', rows(factors.item, factors.itemWidth)),
    write('items-metadata.tsv', `id\ttitle\n${labels.join('')}`),
    write('users.tsv', rows(factors.user, factors.userWidth)),
    write('users-metadata.tsv', users.map((id) => `${plain(id)}\n`).join('')),
  ];
}

function rows(values: Float32Array, width: number): string {
  const lines: string[] = [];
  for (let at = 0; at < values.length; at += width)
    lines.push(
      `${Array.from(values.subarray(at, at + width), (value) => value.toPrecision(6)).join('\t')}\n`,
    );
  return lines.join('');
}
