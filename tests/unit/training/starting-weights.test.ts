import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startedFromScratch } from '../../../shared/records/run-record.ts';
import { decodeSafetensors, float32Tensor } from '../../../shared/safetensors/index.ts';
import { type RecordedProgram, recordProgram } from '../../../src-main/training/program/index.ts';
import { matchStartingWeights, startingWeights } from '../../../src-main/training/starting-weights.ts';
import { leakWarning } from '../../../src-main/training/warnings.ts';
import { encodeWeights } from '../../../src-main/training/weights-file.ts';
import { FakeHub } from '../hub/fake-hub.ts';
import { exampleHeader } from '../runs/example-run.ts';
import { temporaryFolder } from './small-dataset.ts';

const path = join(temporaryFolder(), 'weights.safetensors');
let recorded: RecordedProgram;
let values: Map<string, Float32Array>;

/** ConvNeXt's head holds a normalisation, which is pretrained, beside the layer that is replaced. */
beforeAll(() => {
  recorded = recordProgram({
    ...{ arch: 'convnext_atto', targets: [3], labelSmoothing: 0, lrGroups: 1 },
    ...{ pixels: { height: 32, width: 32 }, size: { height: 32, width: 32 }, microBatch: 2, evalBatch: 2 },
    ...{ train: false, accumulate: false, trainHead: false, optimizer: { beta2: 0.99, epsilon: 1e-5 } },
    normalise: { mean: [0, 0, 0], std: [1, 1, 1] },
  });
  values = new Map(
    recorded.parameters.map(({ name, shape }, p) => [
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7 + p) % 13) - 6),
    ]),
  );
  writeFileSync(path, encodeWeights(recorded, values, { arch: 'convnext_atto' }));
});

const isSame = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

describe('starting weights', () => {
  it('are none only where none are asked for', async () => {
    const { kind, file } = await startingWeights('tf_efficientnet_lite0', 'none');
    expect([kind, file]).toEqual(['scratch', null]);
    expect(matchStartingWeights(recorded, { file }).values.size).toBe(0);
  });

  it('never become none when they cannot be had', async () => {
    vi.stubEnv('GRANARY_CACHE', temporaryFolder());
    vi.stubEnv('HF_HUB_CACHE', temporaryFolder());
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(startingWeights('convnext_atto', 'auto')).rejects.toMatchObject({
      code: 'NO_NETWORK',
      fix: expect.stringContaining('--weights none') as string,
    });
    vi.unstubAllEnvs();
  });

  it('come from a file in timm’s layout and back, with a new head at zero', async () => {
    const weights = await startingWeights('convnext_atto', path);
    expect(weights.source).toBe(path);
    const matched = matchStartingWeights(recorded, weights);
    expect(matched.missing).toEqual(['head.fc.weight', 'head.fc.bias']);
    for (const { name } of recorded.parameters) {
      const start = matched.values.get(name);
      if (name === 'head.fc.weight') expect(start!.every((value) => value === 0)).toBe(true);
      // Whole arrays through `toEqual` take 20 s here.
      else if (name !== 'head.fc.bias')
        expect([name, isSame(start!, values.get(name)!)]).toEqual([name, true]);
    }
    expect(matched.values.has('head.norm.weight')).toBe(true);
  });

  it('are refused when the file is not there or belongs to another network', async () => {
    await expect(startingWeights('convnext_atto', `${path}.gone`)).rejects.toMatchObject({
      code: 'WEIGHTS_NOT_FOUND',
    });
    const file = new Map([['stem.0.weight', float32Tensor([1], Float32Array.of(1))]]);
    expect(() => matchStartingWeights(recorded, { file })).toThrow(
      expect.objectContaining({ code: 'WEIGHTS_MISMATCH' }),
    );
  });
});

describe('weights of the hub and of runs', () => {
  let hub: FakeHub;
  beforeAll(async () => {
    hub = await FakeHub.start();
    vi.stubEnv('GRANARY_CACHE', temporaryFolder());
    vi.stubEnv('HF_HUB_CACHE', temporaryFolder());
    vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await hub.stop();
  });

  it('are those of the tag that the architecture names, with progress and the hash in the record', async () => {
    const named = encodeWeights(recorded, values, { which: 'named' });
    const { sha256 } = hub.put('convnext_atto.d2_in1k', named);
    hub.put('convnextv2_atto.fcmae', 1000);
    const told: unknown[] = [];
    const around = { tell: (event: unknown) => void told.push(event) };
    const weights = await startingWeights('convnext_atto.d2_in1k', 'auto', around);
    expect(weights).toMatchObject({
      kind: 'hub',
      source: 'hub:timm/convnext_atto.d2_in1k',
      sha256,
      run: null,
    });
    expect(told.at(-1)).toMatchObject({
      ...{ type: 'progress', stage: 'fetching weights convnext_atto.d2_in1k', unit: 'bytes' },
      ...{ done: named.length, total: named.length },
    });
    const { missing, values: matched } = matchStartingWeights(recorded, weights);
    expect(missing).toEqual(['head.fc.weight', 'head.fc.bias']);
    expect(isSame(matched.get('stem.0.weight')!, values.get('stem.0.weight')!)).toBe(true);
    expect(await startingWeights('convnextv2_atto.fcmae', 'auto')).toMatchObject({
      source: 'hub:timm/convnextv2_atto.fcmae',
    });
  });

  it('come from a finished run of the workspace, which the record names', async () => {
    const workspace = temporaryFolder();
    const folder = join(workspace, 'runs', 'r1');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'weights.safetensors'), encodeWeights(recorded, values, {}));
    const header = exampleHeader('r1');
    writeFileSync(join(folder, 'config.json'), JSON.stringify(header));
    const weights = await startingWeights('convnext_atto', 'run:r1', { workspace });
    expect(weights).toMatchObject({ kind: 'run', source: 'run:r1', sha256: null, run: { id: 'r1' } });
    expect(matchStartingWeights(recorded, weights).missing).toEqual(['head.fc.weight', 'head.fc.bias']);
    // An id with a path in it is a file's path, and not there.
    await expect(startingWeights('convnext_atto', 'run:../r1', { workspace })).rejects.toMatchObject({
      code: 'WEIGHTS_NOT_FOUND',
    });
  });

  it('come with a warning when their run has learnt from what validates or is held out now', () => {
    const source = exampleHeader('r1');
    expect(leakWarning(null, source)).toBeNull();
    expect(leakWarning(source, exampleHeader('r2'))).toBeNull();
    const other = { ...exampleHeader('r2'), validHash: 'e'.repeat(64) };
    expect(leakWarning(source, other)).toMatch(/r1 learnt from pictures that validate here.*--split/);
    expect(
      leakWarning({ ...source, config: { ...source.config, holdout: false } }, exampleHeader('r2')),
    ).toMatch(/that are held out here/);
    expect(leakWarning(source, { ...other, datasetHash: 'f'.repeat(64) })).toBeNull();
  });

  it.each([
    [{ source: 'none: trained from scratch' }, true],
    [{ source: '/w.safetensors' }, false],
    [{ kind: 'scratch', source: 'x' }, true],
    [{ kind: 'hub', source: 'none' }, false],
  ] as const)('are told from none by kind, in older records by words: %j', (weights, scratch) => {
    expect(startedFromScratch(weights)).toBe(scratch);
  });
});

describe('weights file', () => {
  it('has timm’s shapes: outputs first, then inputs, then the kernel', async () => {
    const { file } = await startingWeights('convnext_atto', path);
    expect(file!.get('stem.0.weight')!.shape).toEqual([40, 3, 4, 4]);
    expect(file!.get('stages.0.blocks.0.conv_dw.weight')!.shape).toEqual([40, 1, 7, 7]);
    expect(file!.get('head.fc.weight')!.shape).toEqual([3, 320]);
    expect(decodeSafetensors(encodeWeights(recorded, values, {})).metadata).toEqual({ format: 'pt' });
  });
});
