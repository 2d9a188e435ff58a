import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryMarginSchema } from '../../../../shared/records/memory-plan.ts';
import { runConfigSchema } from '../../../../shared/records/run-config.ts';
import type { Launch, LaunchDecision } from '../../../../src-main/scheduler/launch-gate.ts';
import type { PlanningDevice } from '../../../../src-main/scheduler/memory/device.ts';
import type { FitConfig, FitOptions } from '../../../../src-main/scheduler/memory/fit-options.ts';
import { memoryGate } from '../../../../src-main/scheduler/memory/gate.ts';
import { changeMemorySettings } from '../../../../src-main/scheduler/workspace-settings.ts';
import { planMemory } from '../../../../src-main/scheduler/memory/plan.ts';

const margin = memoryMarginSchema.parse({});
const size = { height: 128, width: 128 };

/** A network of 500 MiB and 100 a picture at 128 pixels, a third of it with checkpointing. */
const fit = {
  fitOf: (configs: readonly FitConfig[], { device: { driver: _driver, ...device } }: FitOptions) =>
    Promise.resolve(
      configs.map((config) => {
        const { batchSize, accum, autoAccum: automatic, checkpointing } = config;
        const area = (config.size.height * config.size.width) / 128 ** 2;
        return {
          plan: planMemory({
            ...{ batchSize, accum, automatic, checkpointing, device, margin },
            need: (choice) => ({
              predictedMb: 500 + (area * (choice.checkpointing ? 30 : 100) * batchSize) / choice.accum,
              probedMb: null,
            }),
          }),
          imagesPerSecond: null,
          held: null,
        };
      }),
    ),
};

function decide(
  machine: { totalMb: number; freeMb: number },
  run: Partial<Launch['config']> = {},
  launch: Partial<Launch> = {},
): Promise<LaunchDecision> {
  const config = runConfigSchema.parse({
    dataset: '/d',
    arch: 'resnet18',
    size,
    seed: 1,
    autoAccum: true,
    ...run,
  });
  const device: PlanningDevice = { kind: 'card', name: 'RTX 3060', driver: '550', ...machine };
  const gate = memoryGate({ workspace: '/w', fit, margin, device: () => Promise.resolve(device) });
  return gate({ runId: 'r', config, accum: config.accum, card: null, whenShort: 'replan', ...launch });
}

describe('the gate before a launch', () => {
  it('starts a run with what fits now', async () => {
    const decision = await decide({ totalMb: 12_000, freeMb: 4500 });
    expect(decision).toMatchObject({ type: 'start', accum: 2, plan: { microBatch: 32, fits: true } });
  });

  it('never goes below the accumulation that has failed', async () => {
    expect(await decide({ totalMb: 12_000, freeMb: 11_000 }, {}, { accum: 4 })).toMatchObject({ accum: 4 });
  });

  it('waits for another program’s memory where that was chosen, and says for how much', async () => {
    const decision = await decide({ totalMb: 12_000, freeMb: 4500 }, {}, { whenShort: 'wait' });
    expect(decision).toMatchObject({
      type: 'wait',
      reason: expect.stringContaining('other programs hold the rest'),
    });
    expect(await decide({ totalMb: 12_000, freeMb: 11_000 }, {}, { whenShort: 'wait' })).toMatchObject({
      type: 'start',
      accum: 1,
    });
  });

  it("keeps to the workspace's settings where the launch says nothing, and looks at them each time", async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'granary-gate-'));
    const config = runConfigSchema.parse({ dataset: '/d', arch: 'resnet18', size, seed: 1, autoAccum: true });
    const machine: PlanningDevice = {
      ...{ kind: 'card', name: 'RTX 3060', driver: '550', totalMb: 12_000, freeMb: 4500 },
    };
    const gate = memoryGate({ workspace, fit, device: () => Promise.resolve(machine) });
    const launch = { runId: 'r', config, accum: 1, card: null, whenShort: null };
    expect(await gate(launch)).toMatchObject({ type: 'start', accum: 2 });
    changeMemorySettings(workspace, { whenShort: 'wait' });
    expect(await gate(launch)).toMatchObject({ type: 'wait' });
    expect(await gate({ ...launch, whenShort: 'replan' })).toMatchObject({ type: 'start' });
    rmSync(workspace, { recursive: true, force: true });
  });

  it('waits when nothing fits now and something would on an idle card', async () => {
    expect(await decide({ totalMb: 12_000, freeMb: 500 })).toMatchObject({ type: 'wait' });
  });

  it('keeps an accumulation that was asked for, with its warning in the plan', async () => {
    const decision = await decide({ totalMb: 12_000, freeMb: 4500 }, { autoAccum: false });
    expect(decision).toMatchObject({ type: 'start', accum: 1, plan: { fits: false, chosen: 'asked' } });
  });

  it('refuses what would not fit on an idle card, and names the size that does', async () => {
    const large = { size: { height: 1024, width: 1024 }, batchSize: 8 };
    const decision = await decide({ totalMb: 2000, freeMb: 1900 }, large);
    expect(decision).toMatchObject({
      type: 'refuse',
      error: { code: 'RUN_TOO_LARGE', fix: expect.stringMatching(/smaller size: \d+ fits/) },
    });
  });

  it('takes from the margin before it refuses, in the leanest way, and waits for what that needs', async () => {
    // The leanest way needs 530 MiB; 800 less the margin of 300 are 500.
    const lean = await decide({ totalMb: 800, freeMb: 800 });
    expect(lean).toMatchObject({ type: 'start', accum: 64, plan: { fits: false, checkpointing: true } });
    expect(lean).toMatchObject({ plan: { reason: expect.stringMatching(/by taking from the margin/) } });
    expect(await decide({ totalMb: 800, freeMb: 500 })).toMatchObject({
      type: 'wait',
      reason: expect.stringContaining('530 MiB are needed and 500 MiB'),
    });
    expect(await decide({ totalMb: 500, freeMb: 500 })).toMatchObject({ type: 'refuse' });
  });

  it('starts when nothing can be told', async () => {
    const config = runConfigSchema.parse({ dataset: '/d', arch: 'resnet18', size, seed: 1 });
    const gate = memoryGate({
      workspace: '/w',
      fit,
      device: () => Promise.reject(new Error('no such device')),
    });
    const launch = { runId: 'r', config, accum: 2, card: null, whenShort: 'wait' as const };
    expect(await gate(launch)).toEqual({ type: 'start', accum: 2, plan: null });
  });
});
