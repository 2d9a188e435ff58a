import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatError,
  formatLoss,
  formatDay,
  formatMoment,
  formatPercentTick,
  formatTick,
} from '../../../src-renderer/charts/figures.ts';

describe('figures in words', () => {
  it('writes losses with digits that mean something', () => {
    expect(formatLoss(0.42309)).toBe('0.4231');
    expect(formatLoss(12.345)).toBe('12.35');
    expect(formatLoss(1234.5)).toBe('1234.5');
    expect(formatLoss(null)).toBe('–');
    expect(formatLoss(NaN)).toBe('NaN');
  });

  it('writes shares as percent', () => {
    expect(formatError(0.04348)).toBe('4.35%');
    expect(formatError(0)).toBe('0.00%');
    expect(formatError(undefined)).toBe('–');
    expect(formatPercentTick(0.2)).toBe('20%');
    expect(formatPercentTick(0.0125)).toBe('1.25%');
  });

  it('writes times as people say them', () => {
    expect(formatDuration(0.4)).toBe('0 s');
    expect(formatDuration(59.6)).toBe('1 min 00 s');
    expect(formatDuration(185)).toBe('3 min 05 s');
    expect(formatDuration(7620)).toBe('2 h 07 min');
    expect(formatDuration(null)).toBe('–');
    expect(formatMoment('not a time')).toBe('–');
    const year = new Date().getFullYear();
    expect(formatMoment(`${year}-11-23T12:04:00Z`)).toMatch(/^23 Nov, \d\d:04$/);
    // Of a year ago it would be read as of this one.
    expect(formatMoment(`${year - 1}-11-23T12:04:00Z`)).toMatch(new RegExp(`^23 Nov ${year - 1}, `));
    expect(formatDay(881_250_949)).toMatch(/^[45] Dec 1997$/);
  });

  it('writes large numbers short', () => {
    expect(formatCount(28_589_128)).toBe('28.6 M');
    expect(formatCount(197_767_336)).toBe('198 M');
    expect(formatCount(24_330)).toBe('24 k');
    expect(formatCount(1234)).toBe('1,234');
    expect(formatTick(0.30000000000000004)).toBe('0.3');
  });
});
