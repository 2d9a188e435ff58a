import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  formatBar,
  formatDuration,
  formatLoss,
  formatRate,
  formatTable,
  shellWord,
} from '../../../src-main/cli/format.ts';

describe('formats of the command line', () => {
  it.each([
    [0, '0:00'],
    [43.4, '0:43'],
    [59.6, '1:00'],
    [250, '4:10'],
    [3723, '1:02:03'],
    [-5, '0:00'],
  ])('a duration of %s s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it('figures that are not there are dashes', () => {
    expect([formatRate(null), formatRate(undefined), formatLoss(null)]).toEqual(['–', '–', '–']);
    expect([formatRate(0.1234), formatLoss(1.23456), formatLoss(1.23456, 6)]).toEqual([
      '12.3%',
      '1.2346',
      '1.234560',
    ]);
  });

  it('a bar stays in its width whatever the share', () => {
    expect([-1, 0, 0.5, 1, 7].map((share) => formatBar(share, 4))).toEqual([
      '╌╌╌╌',
      '╌╌╌╌',
      '━━╌╌',
      '━━━━',
      '━━━━',
    ]);
  });

  it('tables align: texts left, numbers right', () => {
    expect(
      formatTable(
        ['run', 'state', 'error'],
        [
          ['a', 'finished', '1.0%'],
          ['long', 'no', '10.0%'],
        ],
        ['state'],
      ),
    ).toEqual(['run   state     error', 'a     finished   1.0%', 'long  no        10.0%']);
  });
});

it('a word for a shell is one word there, and stays as it is where it can', () => {
  expect(shellWord('~/leaves-2/u.data')).toBe('~/leaves-2/u.data');
  for (const text of ['my leaves', "it's", '$HOME', '', 'a;b', 'a\nb'])
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
});
