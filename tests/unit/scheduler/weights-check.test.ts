import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { planGrid } from '../../../src-main/scheduler/grid.ts';
import { WeightsCheck } from '../../../src-main/scheduler/weights-check.ts';
import { exampleManifest, fixtureWorker } from './fixture-worker.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-weights-check-'));
  file = join(folder, 'w.safetensors');
  writeFileSync(file, 'x');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const plan = (arch: string[], weights: string) =>
  planGrid(parseGrid({ blocks: [{ arch, size: 32, weights }] }), {
    path: '/data/paddy',
    options: {},
    manifest: exampleManifest,
  });

describe('WeightsCheck', () => {
  it('marks the runs whose weights do not fit, keeps the others, and asks once', async () => {
    const check = new WeightsCheck(folder, fixtureWorker());
    const marked = await check.mark(plan(['resnet18', 'convnext_tiny'], file));
    expect(marked.map((run) => ('error' in run ? run.error.code : null))).toEqual([null, 'WEIGHTS_MISMATCH']);
    expect(marked[1]).toMatchObject({
      config: { arch: 'convnext_tiny' },
      error: { message: 'convnext_tiny: stem_0.weight is missing.' },
    });

    // A worker that cannot be started answers nothing: what is known already needs none.
    const known = new WeightsCheck(folder, { ...fixtureWorker(), entry: join(folder, 'none.cjs') });
    expect((await known.mark(plan(['convnext_tiny'], file)))[0]).not.toHaveProperty('error');
    Object.assign(process.env, { TEST_MISFIT: 'fc.weight is gone.' });
    expect((await check.mark(plan(['convnext_tiny'], file)))[0]).toMatchObject({
      error: { message: 'convnext_tiny: stem_0.weight is missing.' },
    });
    writeFileSync(file, 'another file');
    expect((await check.mark(plan(['convnext_tiny'], file)))[0]).toMatchObject({
      error: { message: 'convnext_tiny: fc.weight is gone.' },
    });
    delete process.env['TEST_MISFIT'];
  });

  it('has no questions about pretrained weights, none, and runs that cannot be trained anyway', async () => {
    // It would never answer.
    const check = new WeightsCheck(folder, { ...fixtureWorker(), entry: '/' });
    for (const weights of ['auto', 'none', '/no/such.safetensors']) {
      const planned = plan(['convnext_tiny'], weights);
      expect(await check.mark(planned)).toEqual(planned);
    }
  });
});
