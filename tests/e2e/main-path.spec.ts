import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { epochLogSchema, runHeaderSchema, runResultSchema } from '../../shared/records/run-record.ts';
import { readPredictions } from '../../src-main/runs/predictions.ts';
import { dropOnWindow, root, scratchFolder, startApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { drawPictures, labels } from './support/pictures.ts';

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(2)}%`);

/** What the run folder says, read with the schemas that everything else reads it with. */
function readRunFolder(folder: string) {
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const result = runResultSchema.parse(JSON.parse(text('result.json')));
  if (result.status !== 'finished') throw new Error(`The run ${result.status}: ${result.error.message}`);
  return {
    header: runHeaderSchema.parse(JSON.parse(text('config.json'))),
    epochs: text('epochs.jsonl')
      .trim()
      .split('\n')
      .map((line) => epochLogSchema.parse(JSON.parse(line))),
    result,
  };
}

test('drop a folder, see its checks, start a grid, watch it train, see the runs: what is shown is what the folder says', async () => {
  // Two runs from scratch take half a minute on two cores, more when they are shared.
  test.setTimeout(240_000);
  const folder = scratchFolder();
  const pictures = join(folder.path, 'shapes');
  await drawPictures(pictures, 20);
  const granary = await startApp(folder.path);
  const { page, workspace } = granary;
  try {
    await dropOnWindow(page, pictures);
    await expect(page.getByTestId('train-count')).toHaveText('60');
    await expect(page.getByTestId('class-count')).toHaveText(String(labels.length));
    await page.getByRole('button', { name: 'Set up a grid' }).click();

    await page.getByText('resnet18', { exact: true }).click();
    await page.getByText('crop', { exact: true }).click();
    await page.getByLabel('Sizes').fill('32');
    await page.getByLabel('Epochs', { exact: true }).fill('2');
    await page.getByLabel('Batch size').fill('16');
    await page.getByText('More settings').click();
    await page.getByLabel('TTA views').fill('2');
    await page.getByLabel('Seeds').fill('3');
    await page.getByText('Start from scratch').click();
    await expect(page.getByTestId('preview-count')).toHaveText('2 runs');
    await page.getByRole('button', { name: 'Start 2 runs' }).click();

    // The live view: figures and curves while the worker trains.
    const live = page.getByTestId('live');
    await expect(live.getByTestId('doing')).toContainText(/Epoch \d of 3, step \d+ of \d+/, {
      timeout: 60_000,
    });
    await expect(live.getByRole('img', { name: /^Loss by step, training, smoothed \d/ })).toBeVisible();
    await expect(live.getByTestId('error-rate')).toHaveText(/^\d+\.\d\d%$/, { timeout: 60_000 });

    // A window that is loaded anew in the middle has the whole run again.
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Queue', exact: true })).toBeVisible();
    await expect(page.getByTestId('live').getByRole('img', { name: /^Error rate by step/ })).toBeVisible();

    const items = page.getByTestId('queue-item');
    await expect(items).toHaveCount(2);
    for (const item of [items.nth(0), items.nth(1)])
      await expect(item).toHaveAttribute('data-state', 'finished', { timeout: 90_000 });

    await page.keyboard.press('Control+1');
    await expect(page.getByTestId('dataset-name')).toHaveText('shapes');

    // Every number in the table is the folder's own.
    await page.keyboard.press('Control+4');
    await expect(page.getByTestId('run-row')).toHaveCount(2);
    const ids = readdirSync(join(workspace, 'runs')).filter((name) => name.includes('resnet18'));
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      const { result, epochs } = readRunFolder(join(workspace, 'runs', id));
      expect(epochs).toHaveLength(3);
      const row = page.locator(`[data-testid="run-row"][data-run="${id}"]`);
      const valid = result.valid[0]!;
      await expect(row.locator('[data-field="valid.error_rate"]')).toHaveText(percent(valid.errorRate));
      await expect(row.locator('[data-field="valid.error_rate.tta"]')).toHaveText(
        percent(valid.ttaErrorRate),
      );
      await expect(row.locator('[data-field="holdout.error_rate"]')).toHaveText(
        percent(result.holdout[0]?.errorRate ?? null),
      );
      await expect(row.locator('[data-field="valid.loss"]')).toHaveText(valid.loss.toFixed(4));
    }
    const shown = await page.locator('[data-field="valid.error_rate"]').allInnerTexts();
    expect(shown.map(parseFloat)).toEqual(shown.map(parseFloat).sort((a, b) => a - b));

    // One run's own page.
    const id = ids[0]!;
    const { header, epochs, result } = readRunFolder(join(workspace, 'runs', id));
    await page.locator(`[data-testid="run-row"][data-run="${id}"]`).getByRole('button').click();
    await expect(page.getByTestId('run-name')).toHaveText(header.name);
    await expect(page.getByTestId('detail-error')).toHaveText(percent(result.valid[0]!.errorRate));
    await expect(page.getByTestId('detail-tta')).toHaveText(percent(result.valid[0]!.ttaErrorRate));
    const last = epochs[epochs.length - 1]!;
    await expect(page.getByRole('img', { name: /^Loss by epoch/ })).toHaveAccessibleName(
      `Loss by epoch, training ${Number(last.trainLoss.toPrecision(3))}, validation ${Number(last.validLoss.toPrecision(3))}`,
    );
    const settings = page.getByTestId('setting');
    await expect(settings.filter({ hasText: 'batchSize' })).toContainText('16 instead of 64');
    await expect(settings.filter({ hasText: 'seed' })).toContainText('3');
    await expect(settings.filter({ hasText: 'lr' })).toHaveCount(0);
    expect(result.eagerSteps).toBe(0);

    // A picture that the run was judged on gets the numbers that the run stored of it.
    const { sets, targets } = await readPredictions(join(workspace, 'runs', id));
    const [picture] = sets.holdout!.ids;
    await page.getByRole('button', { name: 'Predict' }).first().click();
    await page.getByTestId('predict-source').selectOption(id);
    await dropOnWindow(page, join(pictures, picture!));
    const card = page.getByTestId('predicted');
    await expect(card).toHaveCount(1, { timeout: 60_000 });
    for (const [c, label] of targets[0]!.classes.entries())
      await expect(card.locator('tr').filter({ hasText: label })).toContainText(
        `${(100 * sets.holdout!.plain[0]![c]!).toFixed(1)}%`,
      );
    const text = join(folder.path, 'text.jpg');
    writeFileSync(text, 'no picture');
    await dropOnWindow(page, text);
    await expect(card).toContainText('text.jpg is no picture.', { timeout: 60_000 });

    // An ensemble says of several pictures, dropped at once, the weighted mean of what its members said of them.
    const kept = JSON.parse(
      execFileSync(
        process.execPath,
        [join(root, 'bin', 'granary.cjs'), 'ensemble', ...ids, '--weights', '3,1', '--plain', '--json'],
        { env: { ...process.env, GRANARY_WORKSPACE: workspace }, encoding: 'utf8' },
      ),
    ) as { id: string };
    await page.keyboard.press('Control+4');
    await page.getByRole('button', { name: 'Predict' }).first().click();
    await page.getByTestId('predict-source').selectOption(kept.id);
    const members = await Promise.all(ids.map((one) => readPredictions(join(workspace, 'runs', one))));
    const names = sets.holdout!.ids.slice(0, 3);
    await dropOnWindow(page, ...names.map((name) => join(pictures, name)), text);
    await expect(page.getByTestId('predict-status')).toContainText(
      /^3 of 4 pictures in .*, by 2 runs together\. One could not be read,\s+and stands first\.$/,
      {
        timeout: 60_000,
      },
    );
    await expect(card).toHaveCount(4);
    await expectAccessible(page, 'predict with pictures');
    const { classes } = targets[0]!;
    for (const name of names) {
      const shown = page.locator(`[data-testid="predicted"][data-name="${basename(name)}"]`);
      for (const [c, label] of classes.entries()) {
        const [a, b] = members.map(({ sets: { holdout } }) => {
          const row = holdout!.ids.indexOf(name);
          return holdout!.plain[0]![row * classes.length + c]!;
        });
        await expect(shown.locator('tr').filter({ hasText: label })).toContainText(
          `${((100 * (3 * a! + b!)) / 4).toFixed(1)}%`,
        );
      }
    }
    await expect(card.first()).toContainText('text.jpg is no picture.');
    expect(granary.complaints).toEqual([]);
  } finally {
    await granary.close();
    folder.remove();
  }
});
