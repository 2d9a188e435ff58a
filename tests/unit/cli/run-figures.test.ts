import { describe, expect, it } from 'vitest';
import { emptyNotes } from '../../../shared/records/run-notes.ts';
import type { RunSummary } from '../../../shared/records/run-record.ts';
import { runRow } from '../../../src-main/runs/run-row.ts';
import { figuresOf } from '../../../src-main/cli/run-figures.ts';
import { exampleEpoch, exampleHeader, exampleResult } from '../runs/example-run.ts';

const variety = { name: 'variety', trainLoss: 2, trainErrorRate: 0.75, validLoss: 1.5, errorRate: 0.625 };
const log = { ...exampleEpoch(1), targets: [...exampleEpoch(1).targets, variety] };
const [label] = exampleResult().valid;
const judged = [label!, { ...label!, target: 'variety', loss: 1.25, errorRate: 0.5, ttaErrorRate: 0.25 }];
const exactMatch = {
  valid: { images: 2, errorRate: 0.5, ttaErrorRate: 0.75 },
  holdout: null,
};

const summary = (finished: boolean): RunSummary => ({
  ...{ id: 'run-a', state: finished ? 'finished' : 'running', problem: null, notes: emptyNotes },
  ...{ header: exampleHeader('run-a'), epochs: [log] },
  result: finished ? { ...exampleResult(), valid: judged, holdout: judged.slice(0, 1), exactMatch } : null,
});

describe('figures of a run on several targets', () => {
  it('are the last epoch’s of each target while it trains', () => {
    const { targets, error_rate, exact_match } = figuresOf(runRow(summary(false)), '/w');
    expect(error_rate).toBe(0.5);
    expect(exact_match).toBeNull();
    expect(targets).toMatchObject([
      { name: 'label', train_loss: 1.2, train_error_rate: null, valid_loss: 1, tta_error_rate: null },
      { name: 'variety', train_loss: 2, train_error_rate: 0.75, valid_loss: 1.5, error_rate: 0.625 },
    ]);
  });

  it('are the result’s once there is one, with those of all targets together', () => {
    const { targets, exact_match } = figuresOf(runRow(summary(true)), '/w');
    expect(targets[1]).toEqual({
      ...{ name: 'variety', train_loss: 2, train_error_rate: 0.75, valid_loss: 1.25, error_rate: 0.5 },
      ...{ tta_error_rate: 0.25, holdout_error_rate: null, holdout_tta_error_rate: null },
    });
    expect(exact_match).toEqual({
      ...{ error_rate: 0.5, tta_error_rate: 0.75 },
      ...{ holdout_error_rate: null, holdout_tta_error_rate: null },
    });
  });
});
