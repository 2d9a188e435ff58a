import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli, granary as run } from './cli-process.ts';

let cli: { script: string; remove: () => void };
let folder: string;
beforeAll(async () => {
  cli = await buildCli();
  folder = mkdtempSync(join(tmpdir(), 'granary-fit-'));
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});
const granary = (...args: string[]) => run(cli.script, args, join(folder, 'workspace'));

/** What `--json` prints, as far as it is looked at. */
interface Answers {
  runs: { fix: string }[];
}

describe('granary fit', { timeout: 60_000 }, () => {
  it('answers for a card that is not there with one architecture of each family, as an estimate', async () => {
    const { out, code } = await granary('fit', '--card', 'RTX 3060 12GB');
    expect(code).toBe(0);
    for (const arch of ['convnext_small', 'vit_small_patch16_224', 'swinv2_tiny_window8_256'])
      expect(out).toMatch(new RegExp(`${arch} +\\d+ +\\d+ × \\d+ `));
    expect(out).toContain('An estimate, not measured on that card.');
  });

  it('names the largest size that fits where one does not', async () => {
    const asked = ['fit', '--classes', '10', '--arch', 'resnet18', '--memory', '1400MB', '--no-probe'];
    const { runs } = JSON.parse((await granary(...asked, '--size', '1024', '--json')).out) as Answers;
    expect(runs[0]).toMatchObject({ fits: false, probed_mb: null, margin_mb: 300 });
    const size = /smaller size: (\d+) fits/.exec(runs[0]!.fix)![1]!;
    expect(Number(size)).toBeLessThan(1024);
    expect((await granary(...asked, '--size', '1024')).out).toContain(`Choose a smaller size: ${size} fits.`);
    const smaller = JSON.parse((await granary(...asked, '--size', size, '--json')).out) as Answers;
    expect(smaller.runs[0]).toMatchObject({ fits: true, fix: null });
  });
});
