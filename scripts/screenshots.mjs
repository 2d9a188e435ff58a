import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openApp } from './screenshots/camera.mjs';
import { shootData, shootGrid, shootPredict } from './screenshots/data-views.mjs';
import { shootReport } from './screenshots/report-view.mjs';
import { shootEnsemble, shootFrame, shootQueue, shootRuns } from './screenshots/run-views.mjs';
import { finishedRuns, granary, places, prepare } from './screenshots/workspace.mjs';
import { withDisplay } from './xvfb.mjs';

/**
 * Takes the guide's pictures, docs/screenshots: every view of the real app, in both themes, on the sample dataset and runs that
 * were really trained on it. (Those of recommenders are taken by tests/e2e/ratings.spec.ts with GRANARY_SCREENSHOTS=1.)
 *   node scripts/screenshots.mjs [FOLDER] [PART …]
 * FOLDER keeps the data and the runs, which take some minutes to make, for the next time. Parts: data, grid, runs, ensemble,
 * predict, report, frame, queue; all of them without a name.
 */
const parts = ['data', 'grid', 'runs', 'ensemble', 'predict', 'report', 'frame', 'queue'];
const [folder = join(tmpdir(), 'granary-guide'), ...wanted] = process.argv.slice(2);
const unknown = wanted.filter((part) => !parts.includes(part));
if (unknown.length > 0) {
  console.error(`There is no part called ${unknown.join(', ')}: ${parts.join(', ')}.`);
  process.exit(2);
}
const wants = (part) => wanted.length === 0 || wanted.includes(part);
const base = resolve(folder);
const own = mkdtempSync(join(tmpdir(), 'granary-preferences-'));
prepare(base);
try {
  await withDisplay(takeAll);
} finally {
  rmSync(own, { recursive: true, force: true });
}

async function takeAll(environment) {
  const { workspace, paddy, report } = places(base);
  const combine = () => {
    const runs = finishedRuns(base).filter(({ name }) => name.endsWith('128'));
    return JSON.parse(granary(base, 'ensemble', ...runs.map(({ run }) => run), '--json')).id;
  };
  if (wants('report')) {
    granary(base, 'report', '--ensemble', combine(), '--out', report);
    await shootReport(environment, base, report);
  }
  if (wants('data')) {
    // A workspace of its own: the first minute is of an empty one.
    const empty = join(base, 'Empty');
    rmSync(empty, { recursive: true, force: true });
    const studio = await openApp(environment, empty, join(own, 'first'));
    await shootData(studio, base);
    await studio.close();
  }
  if (!['grid', 'runs', 'ensemble', 'predict', 'frame', 'queue'].some(wants)) return;
  const studio = await openApp(environment, workspace, join(own, 'second'));
  const { page } = studio;
  try {
    await studio.drop(paddy);
    await page.getByTestId('dataset-name').filter({ hasText: 'paddy' }).waitFor({ timeout: 180_000 });
    await page.getByLabel('Use of variety').selectOption('target');
    await page.getByTestId('cross-cell').first().waitFor({ timeout: 120_000 });
    const finished = finishedRuns(base);
    if (wants('runs')) await shootRuns(studio, finished);
    if (wants('ensemble')) await shootEnsemble(studio, finished);
    if (wants('predict')) await shootPredict(studio, base, combine());
    if (wants('frame')) await shootFrame(studio);
    if (wants('grid') || wants('queue')) await shootGrid(studio);
    if (wants('queue')) await shootQueue(studio);
  } finally {
    await studio.close();
  }
}
