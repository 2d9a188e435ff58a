import { basename } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import {
  type DatasetOptions,
  type ImageRecord,
  type Manifest,
  manifestSchema,
} from '../../shared/records/dataset.ts';
import type { FileCheck } from './check-file.ts';
import { checkFiles } from './check-files.ts';
import { copyGroups, resolveCopies } from './copies.ts';
import { openDataset } from './open-dataset.ts';
import { byCodePoint } from './order.ts';
import { Problems } from './problems.ts';
import { SEVERAL } from './resolved.ts';
import type { Entry } from './reading.ts';
import { similarClasses } from './similar-classes.ts';
import { countSizes, datasetHash, targetSpec } from './summarise.ts';
import type { FoundFile } from './walk.ts';

/** How far the inspection is. `total` is null while files are being listed. */
export interface InspectProgress {
  stage: string;
  done: number;
  total: number | null;
  unit: string;
  perSecond: number | null;
}

export interface InspectHooks {
  /** At most ten times a second, and once at the end of each stage. */
  onProgress?: (progress: InspectProgress) => void;
  /** Aborting it makes the inspection end with CANCELLED before the next picture. */
  signal?: AbortSignal;
  /** Results of an earlier look at files that have not changed since. */
  known?: (file: FoundFile) => FileCheck | undefined;
  /** Called once with what came out, by path, and with all files of the dataset. */
  onChecks?: (checks: ReadonlyMap<string, FileCheck>, files: readonly FoundFile[]) => void;
}

/**
 * Reads a dataset and looks into every picture. Bad files are reported and left out; nothing but an empty dataset is fatal.
 * @param path a folder (label folders, or a CSV with its pictures) or a CSV file
 * @throws GranaryError DATASET_NOT_FOUND, DATASET_UNSUPPORTED, DATASET_NO_LABELS, DATASET_BAD_CSV, DATASET_BAD_COLUMNS, DATASET_EMPTY when
 * no usable picture is left, CANCELLED
 */
export async function inspectDataset(
  path: string,
  options: DatasetOptions = {},
  hooks: InspectHooks = {},
): Promise<Manifest> {
  const started = performance.now();
  const problems = new Problems();
  const say = throttled(hooks.onProgress);
  const { root, files, reading } = await openDataset(path, options, problems, {
    onFile: (done) => say({ stage: 'listing files', done, total: null, unit: 'files', perSecond: null }),
    signal: hooks.signal,
  });

  const wanted = new Set([...reading.train, ...reading.test].map((entry) => entry.path));
  const pictures = files.filter((file) => wanted.has(file.path));
  const checkStarted = performance.now();
  let decodedSoFar = 0;
  const perSecond = (): number => (1000 * decodedSoFar) / Math.max(1, performance.now() - checkStarted);
  const checks = await checkFiles(root, pictures, {
    known: hooks.known,
    signal: hooks.signal,
    onChecked: (done, decoded) => {
      decodedSoFar = decoded;
      const rate = decoded === 0 ? null : perSecond();
      const total = pictures.length;
      say({ stage: 'checking pictures', done, total, unit: 'pictures', perSecond: rate }, done === total);
    },
  });
  const imagesPerSecond = perSecond();
  hooks.onChecks?.(checks, files);

  const sizes = new Map(pictures.map((file) => [file.path, file.bytes]));
  const usable = (entries: readonly Entry[]): ImageRecord[] =>
    entries.flatMap((entry) => {
      const check = checks.get(entry.path)!;
      if (!check.ok) {
        problems.add(check.code, 'error', entry.id, check.why, entry.path);
        return [];
      }
      if (check.liesAbout !== undefined)
        problems.add('wrong-extension', 'warning', entry.id, `is ${check.liesAbout}`, entry.path);
      const { sha256, width, height } = check;
      return [{ ...entry, width, height, bytes: sizes.get(entry.path)!, sha256 }];
    });
  const test = usable(reading.test).sort((a, b) => byCodePoint(a.id, b.id));
  const candidates = usable(reading.train);
  const resolved = resolveCopies(candidates, test, reading.targets, problems);
  if (resolved.length === 0) throw nothingLeft(path, problems);

  // A target that lost all its labels goes, and its place in every record with it.
  const specs = reading.targets.map((name, t) => targetSpec(name, t, resolved));
  const targets = specs.filter((target) => target.classes.length > 0);
  const train = resolved
    .map((record) => ({ ...record, labels: record.labels.filter((_, t) => specs[t]!.classes.length > 0) }))
    .sort((a, b) => byCodePoint(a.id, b.id));
  const named = (target: string, label: string): string =>
    reading.targets.length > 1 ? `${target}: ${label}` : label;
  specs.forEach(({ name, classes }, t) => {
    const left = new Set(classes);
    const given = reading.given?.[t] ?? new Set(reading.train.map((entry) => entry.labels[t] ?? ''));
    for (const label of given)
      if (label !== '' && !left.has(label)) problems.add('lost-class', 'warning', named(name, label));
  });
  for (const target of targets) {
    target.counts.forEach((count, c) => {
      const name = target.classes[c]!;
      if (count < 2) problems.add('small-class', 'warning', named(target.name, name));
    });
    for (const [name, like] of similarClasses(target.classes))
      problems.add('similar-class', 'warning', named(target.name, name), `like ${like.join(', ')}`);
  }
  const notes = [...reading.notes];
  if (targets[0]!.classes.length === 1)
    notes.push(
      `All pictures have the ${targets[0]!.name} "${targets[0]!.classes[0]}": there is nothing to tell apart.`,
    );
  const leftOut = problems.list().reduce((sum, p) => sum + (p.severity === 'error' ? p.count : 0), 0);
  return manifestSchema.parse({
    version: 1,
    kind: 'image',
    name: basename(root),
    root,
    format: reading.format,
    hash: datasetHash(
      targets.map((target) => target.name),
      train,
      test,
    ),
    targets,
    columns: reading.columns,
    train,
    test,
    sampleSubmission: reading.sampleSubmission,
    problems: problems.list(),
    copies: copyGroups(candidates, test, (labels) => labels.filter((_, t) => specs[t]!.classes.length > 0)),
    notes,
    sizes: countSizes([...train, ...test]),
    stats: {
      filesSeen: files.length,
      usable: train.length + test.length,
      leftOut,
      seconds: (performance.now() - started) / 1000,
      imagesPerSecond,
    },
  } satisfies Manifest);
}

function nothingLeft(path: string, problems: Problems): GranaryError {
  const errors = problems
    .list()
    .filter((problem) => problem.severity === 'error' || problem.code === 'row-without-file');
  return new GranaryError(
    'DATASET_EMPTY',
    `No usable picture is left in ${path}. ${errors.map((problem) => problem.message).join(' ')}`.trim(),
    errors.some(({ items }) => items?.some(({ about }) => about === SEVERAL))
      ? 'Say which folder is meant: with --images-dir FOLDER on the command line, or leave only that one beside the table.'
      : 'Check that the files open in a picture viewer, and that labels and pictures belong together.',
  );
}

/** Lets through what is said at most ten times a second, and whatever is urgent. */
function throttled(
  onProgress: InspectHooks['onProgress'],
): (progress: InspectProgress, urgent?: boolean) => void {
  let last = -Infinity;
  return (progress, urgent = false) => {
    const now = performance.now();
    if (onProgress === undefined || (!urgent && now - last < 100)) return;
    last = now;
    onProgress(progress);
  };
}
