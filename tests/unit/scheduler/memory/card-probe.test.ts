import { expect, it } from 'vitest';
import type { ProbeResult } from '../../../../shared/records/memory-probe.ts';
import { needOf } from '../../../../src-main/scheduler/memory/fit-questions.ts';
import { forecastOf } from './forecasts.ts';

const size = { height: 128, width: 128 };
const forecast = forecastOf({
  ...{
    arch: 'resnet50',
    size,
    presize: size,
    classes: [10],
    batchSize: 64,
    accums: [1, 2, 4],
    card: true,
    precision: 'float32' as const,
  },
});
const choice = { accum: 4, checkpointing: false };
const probe: ProbeResult = {
  ...{
    peakMb: 2400,
    predictedMb: 900,
    peakCardMb: 2700,
    predictedCardMb: 2000,
    steps: 4,
    imagesPerSecond: 90,
  },
};

it('what a probe took of a card beyond its prediction is added there, and main memory is not confused with it', () => {
  const predictedMb = 500 + 100 * 16;
  expect(needOf(forecast, choice, { kind: 'card' }, probe)).toEqual({
    predictedMb,
    probedMb: predictedMb + 700,
  });
  expect(needOf(forecast, choice, { kind: 'main-memory' }, probe)).toEqual({
    predictedMb,
    probedMb: predictedMb + 1500,
  });
});

it('a probe whose card the driver did not tell of corrects nothing', () => {
  const silent = { ...probe, peakCardMb: null };
  expect(needOf(forecast, choice, { kind: 'card' }, silent)).toMatchObject({ probedMb: null });
});
