import { GranaryError, toErrorPayload } from '../../shared/errors.ts';
import type { Disagreements, PredictionChoice, RunConfusion } from '../../shared/ipc/views.ts';
import { argmaxRows, columnOrder, rowsById } from '../ensemble/combine.ts';
import { tableFigures } from '../ensemble/figures.ts';
import type { LabelledTable } from '../ensemble/labelled.ts';
import { type Member, labelledTable, readMember } from '../ensemble/members.ts';

/** What each run confuses, one by one: a run that cannot be read says why and does not hide the others. */
export async function runConfusions(
  workspace: string,
  runs: readonly string[],
  choice: PredictionChoice,
): Promise<RunConfusion[]> {
  return Promise.all(
    runs.map(async (run): Promise<RunConfusion> => {
      try {
        const table = tableOf(await readMember(workspace, run, 1), choice);
        const { images, errorRate, confusion } = tableFigures(table);
        return { run, problem: null, classes: table.classes, images, errorRate, confusion };
      } catch (error) {
        const problem = toErrorPayload(error).message;
        return { run, problem, classes: [], images: 0, errorRate: null, confusion: [] };
      }
    }),
  );
}

/**
 * The pictures that all of these runs predicted and do not agree on. First come those on which the runs contradict each other
 * with the greatest confidence: the sum over the runs of the probability of what each says.
 * @param limit how many of them are listed
 * @throws GranaryError ENSEMBLE_CLASSES_DIFFER, ENSEMBLE_IMAGES_DIFFER, RUN_NOT_FINISHED, RUN_CORRUPT
 */
export async function disagreements(
  workspace: string,
  runs: readonly string[],
  choice: PredictionChoice,
  limit: number,
): Promise<Disagreements> {
  const members = await Promise.all(runs.map((run) => readMember(workspace, run, 1)));
  const tables = members.map((member) => tableOf(member, choice));
  const { ids, classes, labels } = tables[0]!;
  const readers = tables.map((table, place) => voteReader(table, classes, members[place]!.run));
  const rows: Disagreements['rows'] = [];
  let images = 0;
  ids.forEach((id, row) => {
    const votes = readers.map((read) => read(id));
    if (votes.some((vote) => vote === null)) return;
    images += 1;
    const said = votes as { label: string; probability: number }[];
    if (said.every(({ label }) => label === said[0]!.label)) return;
    const label = labels[row]!;
    rows.push({ id, truth: label < 0 ? null : classes[label]!, votes: said });
  });
  if (images === 0)
    throw new GranaryError(
      'ENSEMBLE_IMAGES_DIFFER',
      'These runs predicted no picture in common.',
      choice.pictures === 'valid'
        ? 'Each run drew its own validation pictures: look at the hold-out instead.'
        : 'They are of different datasets: compare runs of one dataset.',
    );
  const confidence = ({ votes }: Disagreements['rows'][number]): number =>
    votes.reduce((sum, { probability }) => sum + probability, 0);
  rows.sort((a, b) => confidence(b) - confidence(a) || (a.id < b.id ? -1 : 1));
  return {
    images,
    disagreeing: rows.length,
    runs: members.map(({ run }) => run),
    rows: rows.slice(0, limit),
  };
}

/** Reads what a table says of a picture; null where it has none of it. */
function voteReader(
  table: LabelledTable,
  classes: readonly string[],
  name: string,
): (id: string) => { label: string; probability: number } | null {
  // Other classes would make every picture a disagreement: said as an error.
  columnOrder(classes, table, name);
  const rows = rowsById(table);
  const best = argmaxRows(table);
  return (id) => {
    const row = rows.get(id);
    if (row === undefined) return null;
    const column = best[row]!;
    return { label: table.classes[column]!, probability: table.values[row * table.classes.length + column]! };
  };
}

function tableOf(member: Member, { target, pictures, probabilities }: PredictionChoice): LabelledTable {
  if (!member.predictions.targets.some(({ name }) => name === target))
    throw new GranaryError(
      'ENSEMBLE_TARGETS_DIFFER',
      `${member.name} does not predict "${target}".`,
      'Choose another target, or leave that run out.',
    );
  const table = labelledTable(member, pictures, target, probabilities);
  if (table === null)
    throw new GranaryError(
      'ENSEMBLE_IMAGES_DIFFER',
      `${member.name} was trained without a hold-out.`,
      'Look at the validation pictures instead.',
    );
  return table;
}
