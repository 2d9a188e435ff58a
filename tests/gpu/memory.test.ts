import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { deviceOf } from '../../src-main/scheduler/memory/device.ts';
import { FitCache } from '../../src-main/scheduler/memory/fit-cache.ts';
import { MemoryFit } from '../../src-main/scheduler/memory/fit.ts';
import { MemoryMonitor } from '../../src-main/scheduler/memory/monitor.ts';
import { startJob } from '../../src-main/scheduler/supervisor.ts';

const size = { height: 128, width: 128 };

it('the monitor reads the card and is named in the plan', async () => {
  const monitor = new MemoryMonitor();
  try {
    const reading = await monitor.read();
    expect(reading.problem).toBeNull();
    const [card] = reading.cards;
    expect(card!.totalMb).toBeGreaterThan(1000);
    expect(card!.freeMb! + card!.usedMb!).toBeLessThanOrEqual(card!.totalMb!);
    const device = deviceOf(reading, null, true);
    expect(device).toMatchObject({ kind: 'card', name: card!.name });
    const config = {
      arch: 'convnext_tiny',
      size,
      batchSize: 64,
      accum: 1,
      autoAccum: true,
      checkpointing: false,
      precision: 'float32' as const,
    };
    const fit = new MemoryFit({ cache: new FitCache(`${tmpdir()}/granary-gpu-fit`) });
    const [answer] = await fit.fitOf([config], { device, probe: 'never', workspace: tmpdir() });
    expect(answer!.plan.fits).toBe(true);
  } finally {
    monitor.stop();
  }
});

it('a probe gives the card back', async () => {
  const monitor = new MemoryMonitor();
  try {
    const free = async (): Promise<number> => (await monitor.read()).cards[0]!.freeMb!;
    const before = await free();
    const { peakCardMb } = await startJob({
      type: 'memory-probe',
      question: {
        ...{ arch: 'convnext_tiny', size, presize: size, classes: [10], microBatch: 16 },
        ...{ accumulates: false, checkpointing: false, precision: 'float32' as const },
      },
      dataset: null,
    }).result;
    expect(peakCardMb).toBeGreaterThan(500);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(Math.abs((await free()) - before)).toBeLessThan(200);
  } finally {
    monitor.stop();
  }
});
