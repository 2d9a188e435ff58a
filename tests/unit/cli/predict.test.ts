import { expect, it } from 'vitest';
import { describe } from '../../../src-main/cli/commands/predict.ts';
import type { PredictionReport } from '../../../shared/records/prediction.ts';

it('prints no control characters of labels, targets and file names', () => {
  const evil = '\x1b]0;x\x07\n';
  const target = { name: evil, classes: 2 };
  const facts = { path: '/x', sha256: 'a', width: 1, height: 1, note: null };
  const report: PredictionReport = {
    ...{ source: 'run', members: [{ run: 'run', name: 'run', weight: 1 }], tta: false, seconds: 1 },
    targets: [target, target],
    pictures: [
      { ok: true, name: evil, ...facts, top: Array(2).fill([{ label: evil, probability: 1 }]) as never },
      { ok: false, name: evil, path: '/y', reason: evil },
    ],
  };
  const lines = describe(report, undefined);
  expect(lines.filter((line) => ['\x1b]', '\x07', '\n'].some((text) => line.includes(text)))).toEqual([]);
  expect(lines.filter((line) => line.includes('\uFFFD]0;x\uFFFD\uFFFD'))).toHaveLength(7);
});
