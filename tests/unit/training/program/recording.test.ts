import { describe, expect, it } from 'vitest';
import { fetchHash } from '../../../../src-main/graph/hash.ts';
import { benchmarkSpec } from '../../../../src-main/training/program/bench.ts';
import { type ProgramSpec, recordProgram } from '../../../../src-main/training/program/index.ts';
import { recordTiny } from './specs.ts';

describe('recording a program', () => {
  it('takes ConvNeXt-Tiny’s step under 300 ms and 1 MB', () => {
    const size = { height: 224, width: 224 };
    const spec = benchmarkSpec({ arch: 'convnext_tiny', size, batch: 8 });
    // The least of several: what else the machine does is not the recording's.
    const runs = Array.from({ length: 6 }, () => {
      const before = process.cpuUsage();
      const { savedModel } = recordProgram(spec);
      const { user, system } = process.cpuUsage(before);
      return { bytes: savedModel.length, ms: (user + system) / 1000 };
    });
    expect(runs[0]!.bytes).toBeLessThan(1_000_000);
    expect(Math.min(...runs.map(({ ms }) => ms))).toBeLessThan(300);
  });

  it('gives the same bytes for the same spec', () => {
    const hashes = [0, 1].map(() => recordTiny('resnet').hash);
    expect(hashes[0]).toBe(hashes[1]);
    expect(recordTiny('resnet', { labelSmoothing: 0 }).hash).not.toBe(hashes[0]);
  });

  it('builds the same step for training, benchmark and gradient check', () => {
    const benchmark = benchmarkSpec({ arch: 'resnet18', size: { height: 32, width: 32 }, batch: 4 });
    const training: ProgramSpec = {
      ...benchmark,
      lastMicroBatch: 3,
      trainHead: true,
      accumulate: true,
      evalBatch: 8,
    };
    const gradients: ProgramSpec = { ...benchmark, floatBatch: 2 };
    const graphs = [benchmark, training, gradients].map((spec) => recordProgram(spec).graph);
    const [a, b, c] = graphs.map((graph) => fetchHash(graph, 'train'));
    expect(b).toBe(a);
    expect(c).toBe(a);
    const both = [training, { ...training, train: false, floatBatch: 2 }].map((s) => recordProgram(s).graph);
    expect(fetchHash(both[1]!, 'eval')).toBe(fetchHash(both[0]!, 'eval'));
    expect(fetchHash(both[1]!, 'train_micro_last')).toBe(fetchHash(both[0]!, 'train_micro_last'));
    expect(fetchHash(graphs[1]!, 'train_last')).not.toBe(a);
  });

  it('differentiates a frozen backbone nowhere', () => {
    const { graph } = recordTiny('resnet', { trainHead: true });
    const backward = graph.nodes.filter(
      ({ name, op }) => name.startsWith('train_head/') && op.includes('Backprop'),
    );
    expect(backward).toEqual([]);
  });
});
