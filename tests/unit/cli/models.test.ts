import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { architectures } from '../../../shared/architectures/index.ts';
import { type Answer, buildCli, granary as run } from './cli-process.ts';

let cli: { script: string; remove: () => void };
beforeAll(async () => {
  cli = await buildCli();
}, 60_000);
afterAll(() => cli.remove());
const models = (...args: string[]): Promise<Answer> => run(cli.script, ['models', ...args], '/nowhere');

describe('granary models', () => {
  it('lists every architecture with its facts', async () => {
    const { code, out } = await models();
    expect(code).toBe(0);
    for (const { id } of architectures) expect(out).toMatch(new RegExp(`^${id} `, 'm'));
    expect(out).toMatch(
      /^convnext_tiny +convnext +28\.6 +4\.46 +224 +in12k_ft_in1k +\S+ +Apache-2\.0 +any of at least 32/m,
    );
    expect(out).not.toContain('Deviation');
  });

  it('shows the tags of a few', async () => {
    const { out } = await models('--filter', 'mobilenet');
    expect(out).toMatch(/^ra4_e3600_r224_in1k +224 +1000 +\S+ +0\.5 0\.5 0\.5/m);
    expect(out).toMatch(/1 of \d+ architectures/);
  });

  it('finds by tag, and gives everything as JSON', async () => {
    const { out } = await models('--filter', 'TINY.in12k', '--json');
    const { architectures: found } = JSON.parse(out) as { architectures: Record<string, unknown>[] };
    expect(found.map((info) => info.id)).toEqual(['convnext_tiny']);
    expect(found[0]).toMatchObject({
      parameters: 28_589_128,
      sizesInWords: 'any of at least 32 pixels a side',
      license: 'Apache-2.0',
    });
    expect((found[0]!.tags as object[])[0]).toMatchObject({
      tag: 'in12k_ft_in1k',
      repository: 'timm/convnext_tiny.in12k_ft_in1k',
      cropPct: 0.95,
      interpolation: 'bicubic',
    });
  });

  it('says that nothing matches', async () => {
    const { code, out } = await models('--filter', 'vgg', '--json');
    expect(code).not.toBe(0);
    expect(JSON.parse(out)).toMatchObject({ type: 'error', code: 'ARCH_UNKNOWN' });
  });
});
