import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/dataset/random.ts';
import { encodeSafetensors } from '../../../shared/safetensors/index.ts';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpoint,
} from '../../../src-main/training/checkpoint.ts';
import { exampleEpoch, exampleHeader } from '../runs/example-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'granary-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const checkpoint: Checkpoint = {
  runId: 'run-1',
  config: exampleHeader('run-1').config,
  datasetHash: 'b'.repeat(64),
  graphHash: 'a'.repeat(64),
  epoch: 3,
  lastEpoch: exampleEpoch(3),
  inProgress: {
    windows: 4,
    images: 256,
    seconds: 12.5,
    lr: 0.1 + 0.2,
    sums: { losses: [Math.PI, 1e-30], correct: [3, 4], counts: [256, 250] },
    random: { augment: new Random(1).state(), dropout: new Random(2).state() },
  },
  steps: { compiled: 120, eager: 0 },
  seconds: 1234.5,
  weights: new Map([
    ['stem.weight', Float32Array.of(1, -2.5, Math.fround(1e-7))],
    ['head.bias', Float32Array.of(0)],
  ]),
  optimizer: {
    steps: { body: 80, head: 120 },
    moments: new Map([['moment1/stem.weight', Float32Array.of(3, 4, 5)]]),
  },
};

describe('checkpoint', () => {
  it('comes back as it was', () => {
    expect(decodeCheckpoint(Buffer.concat(encodeCheckpoint(checkpoint)))).toEqual(checkpoint);
  });

  it('is written without a copy of its values', () => {
    const value = checkpoint.weights.values().next().value!;
    expect(encodeCheckpoint(checkpoint).some((piece) => piece.buffer === value.buffer)).toBe(true);
  });

  it('is null where there is none', () => {
    expect(readCheckpoint(join(folder, 'none.safetensors'))).toBeNull();
  });

  it('is refused when it is cut short or something else', () => {
    const path = join(folder, 'state.safetensors');
    const bytes = Buffer.concat(encodeCheckpoint(checkpoint));
    writeFileSync(path, bytes.subarray(0, bytes.length - 3));
    expect(() => readCheckpoint(path)).toThrow(expect.objectContaining({ code: 'SAFETENSORS_INVALID' }));
    writeFileSync(path, encodeSafetensors({ metadata: { format: 'pt' }, tensors: new Map() }));
    expect(() => readCheckpoint(path)).toThrow(expect.objectContaining({ code: 'RUN_CORRUPT' }));
  });
});
