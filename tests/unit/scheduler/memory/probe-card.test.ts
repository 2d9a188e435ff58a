import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runConfigSchema } from '../../../../shared/records/run-config.ts';
import { deviceOf } from '../../../../src-main/scheduler/memory/device.ts';
import { FitCache } from '../../../../src-main/scheduler/memory/fit-cache.ts';
import { MemoryFit } from '../../../../src-main/scheduler/memory/fit.ts';
import { memoryGate } from '../../../../src-main/scheduler/memory/gate.ts';
import { MemoryMonitor } from '../../../../src-main/scheduler/memory/monitor.ts';
import { machineSlots } from '../../../../src-main/scheduler/slots.ts';
import { startJob } from '../../../../src-main/scheduler/supervisor.ts';
import { forecastOf } from './forecasts.ts';

const root = join(import.meta.dirname, '..', '..', '..', 'fixtures');
const environment = { ...process.env };
let folder: string;
let monitor: MemoryMonitor;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-probe-card-'));
});
afterEach(() => {
  monitor.stop();
  process.env = { ...environment };
  rmSync(folder, { recursive: true, force: true });
});

it(
  'a probe before a launch sees the card of its slot alone, as the run will',
  { timeout: 20_000 },
  async () => {
    // Two of a kind: by name alone they could not be told apart.
    const card = (index: number): string =>
      `${index}, GPU-${index}, 550.54, 4096, 96, 4000, 37, 61, 120.50, RTX 3060`;
    process.env['PATH'] = `${join(root, 'nvidia')}${delimiter}${process.env['PATH']}`;
    process.env['FAKE_NVIDIA'] = JSON.stringify({
      cards: [{ repeat: [card(0), card(1), { wait: 50 }] }],
    });
    process.env['TEST_SEEN'] = join(folder, 'seen');
    monitor = new MemoryMonitor({ intervalSeconds: 0.2 });
    const entry = join(root, 'workers', 'seeing-worker.js');
    const start = ((job, onEvent, options) =>
      job.type === 'memory-forecast'
        ? { pid: undefined, result: Promise.resolve({ forecasts: job.questions.map(forecastOf) }) }
        : startJob(job, onEvent, { ...options, entry })) as typeof startJob;
    const fit = new MemoryFit({
      cache: new FitCache(folder),
      startJob: start,
      read: () => monitor.read(),
    });
    const gate = memoryGate({
      workspace: folder,
      fit,
      device: async (index) => deviceOf(await monitor.read(), index, true),
    });
    const slots = await machineSlots(1, true);
    expect(slots).toHaveLength(2);
    // On a busy machine the cards' first lines come late.
    await vi.waitFor(async () => expect((await monitor.read()).cards).toHaveLength(2), 10_000);
    for (const [i, slot] of slots.entries()) {
      // Another size each, so that no answer comes from the cache.
      const size = { height: 128 + 32 * i, width: 128 };
      const config = runConfigSchema.parse({
        dataset: '/d',
        arch: 'resnet18',
        size,
        seed: 1,
        autoAccum: true,
      });
      const launch = { runId: 'r', config, accum: 1, card: slot.card, whenShort: 'replan' as const };
      expect(await gate(launch)).toMatchObject({ type: 'start', plan: { device: { name: 'RTX 3060' } } });
    }
    expect(readFileSync(join(folder, 'seen'), 'utf8').trim().split('\n')).toEqual([
      '0 PCI_BUS_ID',
      '1 PCI_BUS_ID',
    ]);
  },
);
