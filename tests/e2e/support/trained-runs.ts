import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './app.ts';

/**
 * A workspace of runs that nobody had to train, as workers leave their folders: eight of one dataset with two targets, one of another
 * dataset with other classes, and a folder that a crash left half-written.
 * @returns ids of the eight
 */
export async function writeTrainedRuns(workspace: string): Promise<string[]> {
  const { diseases, varieties, writeRuns } = await import('../../support/example-workspace.mjs');
  const targets = [
    { name: 'label', classes: diseases },
    { name: 'variety', classes: varieties },
  ];
  const ids = writeRuns(workspace, { runs: 8, epochs: 6, holdout: 1041, test: 20, targets });
  writeRuns(workspace, {
    runs: 1,
    epochs: 3,
    dataset: 'shapes',
    seed: 5,
    prefix: '20261121-09',
    targets: [{ name: 'label', classes: ['disc', 'ring'] }],
  });
  mkdirSync(join(workspace, 'runs', '20261122-000000-half-written'));
  writeFileSync(join(workspace, 'runs', '20261122-000000-half-written', 'worker.json'), '{"version": 1');
  return ids;
}

/** What the command line prints on a workspace. @throws where it fails */
export function cli(workspace: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'bin', 'granary.cjs'), ...args], {
    env: { ...process.env, GRANARY_WORKSPACE: workspace, NO_COLOR: '1' },
    encoding: 'utf8',
  });
}

/** A share as the app writes it. */
export const percent = (share: number | null): string =>
  share === null ? '–' : `${(share * 100).toFixed(2)}%`;
