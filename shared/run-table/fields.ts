import { GranaryError } from '../errors.ts';
import type { RunRow } from '../ipc/views.ts';
import { type FigureMeaning, type Figures, figureLabel, figureMeaning } from './figures.ts';

/** How a field's values are written and compared. */
export type FieldKind = 'text' | 'number' | 'share' | 'seconds' | 'moment' | 'tags';
export type FieldValue = string | number | readonly string[] | null;

/** Something that a run has one value of: a column, a key of the filter, an axis. */
export interface RunField {
  id: string;
  label: string;
  kind: FieldKind;
  /** Of a figure: what it is of, and which way is better. */
  figure?: FigureMeaning;
  /** @param target whose figures; null: those of each run's first target */
  read(row: RunRow, target: string | null): FieldValue;
}

/** A run's figures of a target; those of its first where `target` is null. Empty when it has none. */
export function figuresOf(row: Pick<RunRow, 'targets'>, target: string | null): Figures {
  const found = target === null ? row.targets[0] : row.targets.find((one) => one.target === target);
  return found?.figures ?? {};
}

const own = (id: string, label: string, kind: FieldKind, read: (row: RunRow) => FieldValue): RunField => ({
  id,
  label,
  kind,
  read,
});

/** Fields that every run has. */
const fixed: readonly RunField[] = [
  own('name', 'Run', 'text', (row) => row.name),
  own('id', 'Id', 'text', (row) => row.id),
  own('kind', 'Kind', 'text', (row) => row.kind),
  own('state', 'State', 'text', (row) => row.state),
  own('tag', 'Tags', 'tags', (row) => row.tags),
  own('note', 'Note', 'text', (row) => row.note),
  own('dataset', 'Dataset', 'text', (row) => row.dataset),
  own('queue', 'Queue', 'text', (row) => row.queue),
  own('epochs_done', 'Epochs', 'number', (row) => row.epochsDone),
  own('seconds', 'Time', 'seconds', (row) => row.seconds),
  own('memory', 'Memory, MiB', 'number', (row) => row.peakRssMb),
  own('card_memory', 'Card memory, MB', 'number', (row) => row.peakCardMb),
  own('parameters', 'Parameters', 'number', (row) => row.parameters),
  own('created', 'Started', 'moment', (row) => row.created),
];

/** Names that `granary runs --json` has for figures. */
const aliases: Record<string, string> = {
  started: 'created',
  time: 'seconds',
  tags: 'tag',
  valid_loss: 'valid.loss',
  train_loss: 'train.loss',
  rmse: 'valid.rmse',
  mae: 'valid.mae',
  // A recommender's loss is its squared error.
  mse: 'valid.loss',
  error_rate: 'valid.error_rate',
  best_error_rate: 'valid.error_rate.best',
  tta_error_rate: 'valid.error_rate.tta',
  holdout_error_rate: 'holdout.error_rate',
  holdout_tta_error_rate: 'holdout.error_rate.tta',
};

function figureField(id: string, figure: FigureMeaning): RunField {
  return {
    id,
    label: figureLabel(id),
    kind: figure.metric.unit === 'share' ? 'share' : 'number',
    figure,
    read: (row, target) => figuresOf(row, target)[id] ?? null,
  };
}

function settingField(id: string, numeric: boolean): RunField {
  return { id, label: id, kind: numeric ? 'number' : 'text', read: (row) => row.settings[id] ?? null };
}

/** Every field of these runs: the fixed ones, the figures that any of them has, and their settings. */
export function fieldsOf(rows: readonly RunRow[]): RunField[] {
  const figures = new Set<string>();
  const settings = new Map<string, boolean>();
  for (const row of rows) {
    for (const target of row.targets) for (const id of Object.keys(target.figures)) figures.add(id);
    for (const [id, value] of Object.entries(row.settings))
      settings.set(id, (settings.get(id) ?? true) && typeof value === 'number');
  }
  return [
    ...fixed,
    ...[...figures].sort(byPictures).flatMap((id) => {
      const meaning = figureMeaning(id);
      return meaning === null ? [] : [figureField(id, meaning)];
    }),
    ...[...settings].map(([id, numeric]) => settingField(id, numeric)),
  ];
}

const order = ['valid', 'holdout', 'train'];
function byPictures(a: string, b: string): number {
  const place = (id: string): number => order.indexOf(id.split('.')[0]!);
  return place(a) - place(b) || a.localeCompare(b);
}

/**
 * The field of that name, or of one that stands for it.
 * @throws GranaryError USAGE, with the nearest names
 */
export function fieldNamed(fields: readonly RunField[], name: string): RunField {
  const wanted = name.toLowerCase();
  const id = aliases[wanted] ?? name;
  const found =
    fields.find((field) => field.id === id) ?? fields.find((field) => field.id.toLowerCase() === wanted);
  if (found !== undefined) return found;
  // A figure that no run here has yet is no mistake: nothing has it.
  const meaning = figureMeaning(id);
  if (meaning !== null) return figureField(id, meaning);
  const near = fields.map((field) => field.id).filter((one) => one.toLowerCase().includes(wanted));
  throw new GranaryError(
    'USAGE',
    `Runs have no "${name}".`,
    near.length > 0
      ? `Did you mean ${near.slice(0, 4).join(', ')}?`
      : `They have ${fields
          .slice(0, 24)
          .map((field) => field.id)
          .join(', ')}, and every other setting of a run.`,
  );
}
