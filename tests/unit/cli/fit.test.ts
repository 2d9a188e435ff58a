import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawPictures } from '../scheduler/real-runs.ts';
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

const laying = ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /proc/cpuinfo && exec "$@"'];
const mayLay =
  process.platform === 'linux' &&
  spawnSync(laying[0]!, [...laying.slice(1), '/proc/cpuinfo', 'true']).status === 0;

/** Other commands as on a processor that has no instructions for bfloat16: its file is laid over the machine's. Only root may do so. */
const older = (...args: string[]) => {
  const cpuinfo = join(folder, 'cpuinfo');
  writeFileSync(cpuinfo, 'processor : 0\nflags\t\t: fpu sse2 avx2\n');
  const lay = [...laying, cpuinfo];
  return run(cli.script, args, join(folder, 'workspace'), lay);
};

/** What `--json` prints, as far as it is looked at. */
interface Answers {
  runs: { fix: string }[];
}

describe('granary fit', { timeout: 120_000 }, () => {
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

  it('states the precision that was asked for', async () => {
    const asked = [
      'fit',
      '--classes',
      '3',
      '--arch',
      'resnet18',
      '--size',
      '64',
      '--no-probe',
      '--memory',
      '8GB',
    ];
    const half = [...asked, '--precision', 'bfloat16'];
    expect(JSON.parse((await granary(...asked, '--json')).out)).toMatchObject({
      ...{ warnings: [], runs: [{ precision: 'float32' }] },
    });
    expect(JSON.parse((await granary(...half, '--json')).out)).toMatchObject({
      runs: [{ precision: 'bfloat16' }],
    });
    expect((await granary(...half)).out).toMatch(/resnet18 +64 +64 × 1, bfloat16 /);
  });

  it('says of a card without bfloat16 that half precision is likely to be slower there', async () => {
    const warningsOf = async (card: string, precision = 'bfloat16'): Promise<unknown> => {
      const asked = ['fit', '--card', card, '--arch', 'resnet18', '--precision', precision, '--json'];
      return (JSON.parse((await granary(...asked)).out) as { warnings: unknown }).warnings;
    };
    expect(await warningsOf('RTX 2060 6GB')).toEqual([expect.stringContaining('RTX 2060 6GB')]);
    expect(await warningsOf('RTX 2060 6GB', 'float32')).toEqual([]);
    expect(await warningsOf('RTX 3060 12GB')).toEqual([]);
  });

  it.runIf(mayLay)('and bench step say where half precision is likely to be slower', async () => {
    const half = ['--arch', 'resnet18', '--size', '32', '--precision', 'bfloat16'];
    const fit = ['fit', '--classes', '3', ...half, '--no-probe'];
    const slower = expect.stringContaining('half precision is likely to be slower here') as unknown;
    expect(JSON.parse((await older(...fit, '--json')).out)).toMatchObject({ warnings: [slower] });
    const bench = ['bench', 'step', ...half, '--batch', '2', '--steps', '2'];
    expect((await older(...bench)).out).toEqual(slower);
  });

  it('plans for the targets that train together', async () => {
    const data = join(folder, 'data');
    await drawPictures(data, { pixels: 32, perClass: 3 });
    const rows = [0, 1, 2].flatMap((i) => [`blue/${i}.png,blue,v${i}`, `red/${i}.png,red,v${i}`]);
    writeFileSync(join(data, 'train.csv'), ['image,label,variety', ...rows].join('\n'));
    const asked = ['fit', data, '--arch', 'resnet18', '--size', '32', '--no-probe', '--memory', '8GB'];
    const predicted = async (...more: string[]): Promise<number> => {
      const { out, err } = await granary(...asked, ...more, '--json');
      expect(err).not.toContain('USAGE');
      return (JSON.parse(out) as { runs: { predicted_mb: number }[] }).runs[0]!.predicted_mb;
    };
    const first = await predicted();
    // A second head, its optimizer and its loss.
    expect(await predicted('--target', 'label', '--target', 'variety')).toBeGreaterThan(first);
    const unknown = await granary(...asked, '--target', 'nothing');
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(/DATASET_BAD_COLUMNS/);
    const both = await granary(...asked, '--classes', '3');
    expect(both.err).toMatch(/USAGE: A dataset has its own classes/);
    const nowhere = await granary('fit', '--classes', '3', '--target', 'label');
    expect(nowhere.err).toMatch(/USAGE: --target names columns of a dataset/);
  });
});
