/* global requestAnimationFrame -- inside page.evaluate */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDisplay } from '../../scripts/xvfb.mjs';
import { writeRuns } from '../support/example-workspace.mjs';
import { openWindow, phase, watchFrames } from './support/window.mjs';

/**
 * Browsing and comparing many runs in the real app: how long until the table stands, how many frames a second while it is
 * scrolled, sorted and filtered, and how many tasks keep the window busy for more than 50 ms.
 *   node tests/bench/browse.mjs [runs=500] [epochs=200] [compared=20]
 */
const [runs = 500, epochs = 200, compared = 20] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'granary-bench-'));
try {
  const workspace = join(folder, 'workspace');
  writeRuns(workspace, { runs, epochs, predictions: false });
  await withDisplay((environment) => measure(environment, workspace));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(environment, workspace) {
  const began = performance.now();
  const { app, page } = await openWindow(environment, {
    workspace,
    preferences: join(folder, 'preferences'),
  });
  await page.keyboard.press('Control+4');
  await page.getByTestId('run-row').first().waitFor();
  console.log(
    `${runs} runs of ${epochs} epochs: listed ${((performance.now() - began) / 1000).toFixed(2)} s after the start`,
  );
  await page.waitForTimeout(1000);
  await watchFrames(page);

  await phase(page, 'scrolled from end to end', () =>
    page.getByTestId('runs-scroll').evaluate(
      (box) =>
        new Promise((done) => {
          const step = () => {
            box.scrollTop += 120;
            if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) done();
            else requestAnimationFrame(step);
          };
          step();
        }),
    ),
  );
  await phase(page, 'sorted by six columns', async () => {
    for (const name of ['Epochs', 'Valid. loss', 'Hold-out error', 'Time', 'Started', 'Run']) {
      await page
        .getByRole('button', { name: new RegExp(`^${name.replace('.', '\\.')}( |$)`) })
        .first()
        .click();
      await page.waitForTimeout(150);
    }
  });
  await phase(page, 'filtered as it is typed', async () => {
    await page
      .getByTestId('runs-filter')
      .pressSequentially('arch~convnext lr>=0.001 holdout.error_rate<40%', { delay: 40 });
    await page.getByTestId('runs-filter').fill('');
  });
  await phase(page, 'grouped by architecture', async () => {
    await page.getByLabel('Group by').selectOption('arch');
    await page.waitForTimeout(300);
    await page.getByLabel('Group by').selectOption('');
  });
  await page.getByTestId('runs-scroll').evaluate((box) => (box.scrollTop = 0));
  for (let place = 0; place < compared; place += 1) {
    const row = page.locator(`[data-testid="run-row"][aria-rowindex="${place + 2}"]`);
    await row.scrollIntoViewIfNeeded();
    await row.getByRole('checkbox').check();
  }
  await phase(page, `${compared} runs compared`, async () => {
    await page.keyboard.press('Control+5');
    await page.getByTestId('compare-curves').locator('canvas').first().waitFor();
    await page.waitForTimeout(500);
  });
  const box = await page.getByTestId('compare-curves').locator('canvas').first().boundingBox();
  await phase(page, 'pointed along the curves', async () => {
    for (let x = 0.1; x < 0.95; x += 0.02)
      await page.mouse.move(box.x + box.width * x, box.y + box.height / 2);
  });
  await phase(page, 'smoothed by the slider', async () => {
    for (let weight = 0; weight < 0.99; weight += 0.05)
      await page.getByTestId('smoothing-slider').fill(weight.toFixed(2));
  });
  await app.close();
}
