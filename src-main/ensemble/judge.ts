import { type ProbabilityTable, columnOrder, combine, rowsById, sameOrder } from './combine.ts';
import type { LabelledTable } from './labelled.ts';

export type { LabelledTable } from './labelled.ts';

/** What one member can be judged on: pictures that it never trained on. */
export interface JudgedMember {
  name: string;
  weight: number;
  /** The dataset's common hold-out; null when the run trained without one. */
  holdout: LabelledTable | null;
  valid: LabelledTable;
}

/** An ensemble's predictions on pictures that none of the members used for them has trained on. */
export interface Judgement {
  judgedOn: 'holdout' | 'out-of-bag' | 'none';
  table: LabelledTable;
  /** How many members had a say on a picture, on average. */
  membersPerImage: number;
}

/**
 * Judges an ensemble honestly. Where every member kept the same hold-out away from training, that is the jury. Otherwise
 * each picture is judged by those members alone that did not train on it (out-of-bag, Breiman 1996), which says less: the
 * whole ensemble never answers together, so the figure tends to be pessimistic.
 */
export function judge(members: readonly JudgedMember[]): Judgement {
  if (members.every((member) => member.holdout !== null && member.holdout.ids.length > 0)) {
    const tables = members.map(({ name, weight, holdout }) => ({ name, weight, table: holdout! }));
    return {
      judgedOn: 'holdout',
      table: withLabels(combine(tables), members[0]!.holdout!),
      membersPerImage: members.length,
    };
  }
  return outOfBag(members);
}

function outOfBag(members: readonly JudgedMember[]): Judgement {
  const classes = members[0]!.valid.classes;
  const width = classes.length;
  const sums = new Map<string, { row: Float64Array; weight: number; votes: number; label: number }>();
  for (const member of members) {
    for (const table of [member.valid, member.holdout]) {
      if (table === null) continue;
      const columns = columnOrder(classes, table, member.name);
      const back = new Map(columns.map((from, to) => [from, to]));
      table.ids.forEach((id, row) => {
        const label = table.labels[row]!;
        const sum = sums.get(id) ?? {
          row: new Float64Array(width),
          weight: 0,
          votes: 0,
          label: label < 0 ? -1 : back.get(label)!,
        };
        for (let c = 0; c < width; c++)
          sum.row[c]! += member.weight * table.values[row * width + columns[c]!]!;
        sum.weight += member.weight;
        sum.votes += 1;
        sums.set(id, sum);
      });
    }
  }
  const ids = [...sums.keys()].sort();
  const values = new Float32Array(ids.length * width);
  const labels = new Int32Array(ids.length);
  let votes = 0;
  ids.forEach((id, row) => {
    const sum = sums.get(id)!;
    for (let c = 0; c < width; c++) values[row * width + c] = sum.row[c]! / sum.weight;
    labels[row] = sum.label;
    votes += sum.votes;
  });
  return {
    judgedOn: ids.length === 0 ? 'none' : 'out-of-bag',
    table: { ids, classes, values, labels },
    membersPerImage: ids.length === 0 ? 0 : votes / ids.length,
  };
}

/** Puts the truth beside combined rows, by id and by class name. */
function withLabels(table: ProbabilityTable, truth: LabelledTable): LabelledTable {
  const rows = sameOrder(table.ids, truth.ids) ? null : rowsById(truth);
  const places = truth.classes.map((label) => table.classes.indexOf(label));
  const labels = Int32Array.from(table.ids, (id, row) => {
    const label = truth.labels[rows === null ? row : rows.get(id)!]!;
    return label < 0 ? -1 : places[label]!;
  });
  return { ...table, labels };
}
