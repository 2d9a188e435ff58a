import type { CrossTable, PictureEntry, PictureFilter, PicturePage } from '../../shared/ipc/pictures.ts';
import type { ImageRecord, Manifest } from '../../shared/records/dataset.ts';

/**
 * One page of a dataset's pictures in the manifest's order.
 * @param filter every condition must hold; a target that the dataset lacks holds for none
 */
export function browsePictures(
  manifest: Manifest,
  filter: PictureFilter,
  offset: number,
  limit: number,
): PicturePage {
  const records = filter.set === 'test' ? manifest.test : manifest.train;
  const places = filter.labels.map(({ target, label }) => ({ place: placeOf(manifest, target), label }));
  const words = filter.search.trim().toLowerCase();
  const size = filter.size ?? null;
  const fits = (record: ImageRecord): boolean =>
    places.every(({ place, label }) => place >= 0 && (record.labels[place] ?? null) === label) &&
    (size === null || (record.width === size.width && record.height === size.height)) &&
    (words === '' || record.id.toLowerCase().includes(words));
  const all = places.length === 0 && words === '' && size === null ? records : records.filter((r) => fits(r));
  return { total: all.length, pictures: all.slice(offset, offset + limit).map(entryOf) };
}

function entryOf({ id, labels, width, height }: ImageRecord): PictureEntry {
  return { id, labels, width, height };
}

/** How often each class of one target meets each class of another, over the training pictures with a label in both. */
export function crossTable(manifest: Manifest, rows: string, columns: string): CrossTable {
  const [r, c] = [placeOf(manifest, rows), placeOf(manifest, columns)];
  const rowClasses = manifest.targets[r]?.classes ?? [];
  const columnClasses = manifest.targets[c]?.classes ?? [];
  const rowPlace = new Map(rowClasses.map((name, index) => [name, index]));
  const columnPlace = new Map(columnClasses.map((name, index) => [name, index]));
  const counts = rowClasses.map(() => new Array<number>(columnClasses.length).fill(0));
  for (const { labels } of manifest.train) {
    const [row, column] = [rowPlace.get(labels[r] ?? ''), columnPlace.get(labels[c] ?? '')];
    if (row !== undefined && column !== undefined) counts[row]![column]! += 1;
  }
  return { rows: rowClasses, columns: columnClasses, counts };
}

function placeOf(manifest: Manifest, target: string): number {
  return manifest.targets.findIndex(({ name }) => name === target);
}
