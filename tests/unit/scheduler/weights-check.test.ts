import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

  it('a file that cannot even be looked at is asked about like any other, and keeps no run from being checked', async () => {
    const loop = join(folder, 'loop.safetensors');
    symlinkSync(loop, loop);
    const places = [
      loop,
      join(file, 'below-a-file.safetensors'),
      join(folder, `${'long'.repeat(80)}.safetensors`),
    ];
    const check = new WeightsCheck(folder, fixtureWorker());
    // They were there when the runs were planned.
    const later = (weights: string) =>
      plan(['resnet18', 'convnext_tiny'], file).map((run) => ({
        ...run,
        config: { ...run.config, weights },
      }));
    const runs = [...places, file].flatMap(later);
    expect((await check.mark(runs)).map((run) => ('error' in run ? run.error.code : null))).toEqual(
      [...places, file].flatMap(() => [null, 'WEIGHTS_MISMATCH']),
    );
    // The real worker has a reason of each run's own.
    const real = await new WeightsCheck(folder, undefined).mark(later(loop));
    expect(real[0]).toMatchObject({
      error: {
        code: 'WEIGHTS_NOT_FOUND',
        message: expect.stringMatching(/^resnet18: .*\(ELOOP\)/) as string,
      },
    });
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
