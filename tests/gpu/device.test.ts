import { expect, it } from 'vitest';
import { askNvidia } from '../../src-main/cli/doctor/nvidia.ts';
import { startJob } from '../../src-main/scheduler/supervisor.ts';

it('the driver names a card with memory', async () => {
  const nvidia = await askNvidia();
  expect(nvidia?.driver).toMatch(/^\d+\.\d+/);
  expect(nvidia?.cards[0]?.totalMb).toBeGreaterThan(1000);
});

it('TensorFlow sees the card from a worker and trains on it', async () => {
  const check = await startJob({ type: 'native-check' }).result;
  expect(check.devices).toContain('GPU:0');
  expect(check.loss.at(-1)).toBeLessThan(check.loss[0]! / 10);
});

it('a worker gives the card back when it ends', async () => {
  const before = (await askNvidia())!.cards[0]!.freeMb;
  await startJob({ type: 'native-check' }).result;
  const after = (await askNvidia())!.cards[0]!.freeMb;
  expect(Math.abs(after - before)).toBeLessThan(200);
});
