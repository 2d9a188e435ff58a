import { formatOfName } from './file-format.ts';
import type { FoundFile, Walk } from './walk.ts';

/** Names that people and competitions give to the folders of a dataset. */
const suffix = '([_ -]?(images?|imgs?|pictures?|photos?|set|data))?';
const trainName = new RegExp(`^train(ing)?${suffix}$`, 'i');
const validName = new RegExp(`^(val|valid|validation|dev)${suffix}$`, 'i');
const picturesName = /^(images?|imgs?|pictures?|photos?|jpe?gs?)$/i;
const besideName =
  /^(masks?|labels?|annotations?|seg(mentation)?s?|depth|edges|bbox(es)?|crops?|thumb(nail)?s?|preview|(re)?sized?|small|tiny|low)([_ -]?\w+)?$/i;
const testName = new RegExp(`^test(ing)?${suffix}$`, 'i');

export function isPicture(file: FoundFile): boolean {
  return formatOfName(file.path) !== undefined;
}

export function isTable(file: FoundFile): boolean {
  return /\.(csv|tsv)$/i.test(file.path);
}

/** Files directly in the root. */
export function topFiles(files: readonly FoundFile[]): FoundFile[] {
  return files.filter((file) => !file.path.includes('/'));
}

/** Names of the folders in the root that hold files, in order. */
export function topFolders(files: readonly FoundFile[]): string[] {
  return [
    ...new Set(files.filter((f) => f.path.includes('/')).map((f) => f.path.slice(0, f.path.indexOf('/')))),
  ];
}

export function below(files: readonly FoundFile[], folder: string): FoundFile[] {
  return folder === '' ? [...files] : files.filter((file) => file.path.startsWith(`${folder}/`));
}

/** Whether a folder of this name is no class: it holds the pictures of a set. */
export function namesASet(folder: string): boolean {
  return [trainName, validName, testName].some((name) => name.test(folder));
}

/** Folders of known meaning in the root; undefined where there is none. */
export function knownFolders(files: readonly FoundFile[]): { train?: string; valid?: string; test?: string } {
  const folders = topFolders(files.filter(isPicture));
  return {
    train: folders.find((name) => trainName.test(name)),
    valid: folders.find((name) => validName.test(name)),
    test: folders.find((name) => testName.test(name)),
  };
}

/**
 * The folders in the root by what their names say of their pictures, the likelier ones first: those that are trained on
 * (`train_images`, then `images`), those that say nothing, what belongs to other pictures (`masks`, `thumbnails`).
 */
export function rankedFolders(files: readonly FoundFile[]): string[][] {
  const ranks: string[][] = [[], [], [], []];
  for (const name of topFolders(files))
    ranks[trainName.test(name) ? 0 : picturesName.test(name) ? 1 : besideName.test(name) ? 3 : 2]!.push(name);
  return ranks.filter((rank) => rank.length > 0);
}

/**
 * Folders to go into before the dataset begins, as an archive unpacked into a folder of its own name leaves them: while the root
 * holds nothing but one folder, and that one has folders or a table itself.
 */
export function wrappers(found: Walk): string {
  let prefix = '';
  for (;;) {
    const inside = below(found.files, prefix.slice(0, -1)).map((f) => ({
      ...f,
      path: f.path.slice(prefix.length),
    }));
    const data = inside.filter((file) => isPicture(file) || isTable(file));
    const folders = topFolders(data);
    if (folders.length !== 1 || topFiles(data).length > 0) return prefix;
    const name = folders[0]!;
    const deeper = below(data, name).map((file) => ({ ...file, path: file.path.slice(name.length + 1) }));
    if (topFolders(deeper).length === 0 && !topFiles(deeper).some(isTable)) return prefix;
    prefix += `${name}/`;
  }
}
