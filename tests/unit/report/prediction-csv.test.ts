import Papa from 'papaparse';
import { expect, it } from 'vitest';
import type { PredictionReport } from '../../../shared/records/prediction.ts';
import { predictionCsv } from '../../../src-main/report/prediction-csv.ts';

const report: PredictionReport = {
  ...{ source: 'run', members: [{ run: 'run', name: 'run', weight: 1 }], tta: false, seconds: 1 },
  targets: [{ name: 'label', classes: 2 }],
  pictures: [
    {
      ...{
        ok: true,
        name: '=HYPERLINK("http://x").jpg',
        path: '/x',
        sha256: 'a',
        width: 1,
        height: 1,
        note: null,
      },
      top: [
        [
          { label: '+blast', probability: 0.75 },
          { label: 'a,"b"', probability: 0.25 },
        ],
      ],
    },
    { ok: false, name: '@x.jpg', path: '/y', reason: '-x is no picture.' },
    { ok: false, name: '\tx.jpg', path: '/z', reason: '\rx' },
  ],
};

it('writes a row for each picture, and no cell that a spreadsheet would run', () => {
  const { data } = Papa.parse<string[]>(predictionCsv(report).trim());
  expect(data[0]).toEqual([
    'picture',
    'label',
    'label_probability',
    'label_2',
    'label_2_probability',
    'problem',
  ]);
  expect(data[1]).toEqual(['\'=HYPERLINK("http://x").jpg', "'+blast", '0.750000', 'a,"b"', '0.250000', '']);
  expect(data[2]).toEqual(["'@x.jpg", '', '', '', '', "'-x is no picture."]);
  for (const cell of data.slice(1).flat()) expect(cell).not.toMatch(/^[=+\-@\p{Cc}]/u);
});
