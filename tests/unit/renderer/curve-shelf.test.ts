import { describe, expect, it } from 'vitest';
import type { RunRow } from '../../../shared/ipc/views.ts';
import type { RunCurves } from '../../../shared/run-table/curves.ts';
import { CurveShelf, MOST_CURVES } from '../../../src-renderer/state/curve-shelf.ts';

interface Question {
  runIds: string[];
  answer: (curves: RunCurves[]) => void;
  fail: (error: Error) => void;
}

function shelf(): { curves: CurveShelf; asked: Question[] } {
  const asked: Question[] = [];
  const read = (runIds: string[]): Promise<RunCurves[]> =>
    new Promise((answer, fail) => asked.push({ runIds, answer, fail }));
  return { curves: new CurveShelf(read), asked };
}

const rowOf = (id: string): RunRow => ({ id }) as RunRow;
const curvesOf = (run: string): RunCurves => ({ run }) as RunCurves;
const answer = ({ runIds, answer }: Question): void => answer(runIds.map(curvesOf));

describe('curves of the runs that are marked', () => {
  it('are asked once, also while the answer is under way, and come in the order of the runs', async () => {
    const { curves, asked } = shelf();
    const [a, b, c] = ['a', 'b', 'c'].map(rowOf) as [RunRow, RunRow, RunRow];
    const ahead = curves.of([a, b]);
    const opened = curves.of([c, b, a]);
    expect(asked.map(({ runIds }) => runIds)).toEqual([['a', 'b'], ['c']]);
    asked.forEach(answer);
    expect((await ahead).map(({ run }) => run)).toEqual(['a', 'b']);
    expect((await opened).map(({ run }) => run)).toEqual(['c', 'b', 'a']);
    await curves.of([a, b, c]);
    expect(asked).toHaveLength(2);
  });

  it('are read anew of a run that went on, and of no other; those of runs that are no longer marked go', async () => {
    const { curves, asked } = shelf();
    const [a, b] = [rowOf('a'), rowOf('b')];
    const first = curves.of([a, b]);
    asked.forEach(answer);
    await first;
    const later = curves.of([a, rowOf('b')]);
    expect(asked[1]!.runIds).toEqual(['b']);
    asked.slice(1).forEach(answer);
    await later;
    const alone = curves.of([a]);
    expect(asked).toHaveLength(2);
    await alone;
    void curves.of([a, b]);
    expect(asked[2]!.runIds).toEqual(['b']);
  });

  it('are asked again after a failure, which is told; no more are read than can be told apart', async () => {
    const { curves, asked } = shelf();
    const rows = Array.from({ length: MOST_CURVES + 5 }, (_, i) => rowOf(`run-${i}`));
    const failed = curves.of(rows);
    expect(asked[0]!.runIds).toHaveLength(MOST_CURVES);
    asked[0]!.fail(new Error('gone'));
    await expect(failed).rejects.toThrow('gone');
    const again = curves.of(rows);
    expect(asked[1]!.runIds).toHaveLength(MOST_CURVES);
    answer(asked[1]!);
    expect(await again).toHaveLength(MOST_CURVES);
  });
});
