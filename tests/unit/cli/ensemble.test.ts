import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ensemble } from '../../../shared/records/ensemble.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { buildCli, granary as run } from './cli-process.ts';

let cli: { script: string; remove: () => void };
let workspace: string;
const kept = (id: string, errorRate: number | null): Ensemble => ({
  ...{ version: 1, id, created: '2026-11-26T08:30:00.000Z', datasetHash: 'a'.repeat(64) },
  members: [
    { run: '20261123-a-k3x9', name: 'resnet18 squish 32', weight: 2, errorRate: null },
    { run: '20261123-b-p0zz', name: 'long\nsquish', weight: 1, errorRate: null },
  ],
  ...{ probabilities: 'tta', judgedOn: 'none', membersPerImage: 0, submission: null },
  targets: [{ name: 'label', classes: ['a', 'b'], errorRate, loss: null, images: 0, confusion: [] }],
});
beforeAll(async () => {
  cli = await buildCli();
  workspace = mkdtempSync(join(tmpdir(), 'granary-cli-'));
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(workspace, { recursive: true, force: true });
});
const granary = (...args: string[]) => run(cli.script, args, workspace);

it('without runs lists the ensembles that were kept, newest first, which `predict` takes', async () => {
  expect((await granary('ensemble')).out).toBe('No ensemble was kept here.\n');
  const folder = join(workspace, layout.ensembles);
  mkdirSync(folder, { recursive: true });
  const [older, newer] = [kept('20261126083000000', null), kept('20261126083000001', 0.125)];
  for (const one of [older, newer]) writeFileSync(join(folder, `${one.id}.json`), JSON.stringify(one));
  expect((await granary('ensemble')).out.split('\n')).toEqual([
    'id                 made              error  runs',
    '20261126083000001  2026-11-26 08:30  12.5%  resnet18 squish 32 ×2, long\uFFFDsquish',
    '20261126083000000  2026-11-26 08:30      –  resnet18 squish 32 ×2, long\uFFFDsquish',
    '',
  ]);
  expect(JSON.parse((await granary('ensemble', '--json')).out)).toEqual([newer, older]);
});

it('says that no run is named where something was to be combined', async () => {
  const { code, err } = await granary('ensemble', '--plain', '--out', 'submission.csv');
  expect([code, err]).toEqual([1, expect.stringContaining('No run is named')]);
});
