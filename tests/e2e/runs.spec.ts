import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ensemble, ensembleSchema } from '../../shared/records/ensemble.ts';
import { runNotesSchema } from '../../shared/records/run-notes.ts';
import { runResultSchema } from '../../shared/records/run-record.ts';
import { type RunningApp, root, scratchFolder, startApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';

/** The app on a workspace of many runs, which nobody had to train: their folders are written as workers leave them. */
const folder = scratchFolder();
const workspace = join(folder.path, 'workspace');
let granary: RunningApp;
let ids: string[];

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(2)}%`);
const notesOf = (id: string) =>
  runNotesSchema.parse(JSON.parse(readFileSync(join(workspace, 'runs', id, 'notes.json'), 'utf8')));
const row = (id: string) => granary.page.locator(`[data-testid="run-row"][data-run="${id}"]`);

function cli(...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'bin', 'granary.cjs'), ...args], {
    env: { ...process.env, GRANARY_WORKSPACE: workspace, NO_COLOR: '1' },
    encoding: 'utf8',
  });
}

test.beforeAll(async () => {
  const { diseases, varieties, writeRuns } = await import('../support/example-workspace.mjs');
  const targets = [
    { name: 'label', classes: diseases },
    { name: 'variety', classes: varieties },
  ];
  ids = writeRuns(workspace, { runs: 8, epochs: 6, holdout: 1041, test: 20, targets });
  // Another dataset with other classes, a folder that a crash left half-written, and a damaged one.
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
  granary = await startApp(folder.path);
});
test.afterAll(async () => {
  await granary.close();
  folder.remove();
});

test.beforeEach(() => granary.page.keyboard.press('Control+4'));

test('the usual columns fit a window of 1,360 and of 1,240 pixels, the last one whole', async () => {
  const { app, page } = granary;
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  const before = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.getContentSize(),
  );
  for (const width of [1360, 1240]) {
    await app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]!.setContentSize(size, 820),
      width,
    );
    const beyond = (): Promise<number> =>
      page.getByTestId('runs-scroll').evaluate((table) => table.scrollWidth - table.clientWidth);
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
    await expect.poll(beyond, { message: `${width} pixels` }).toBeLessThanOrEqual(0);
  }
  await app.evaluate(
    ({ BrowserWindow }, [width, height]) => BrowserWindow.getAllWindows()[0]!.setContentSize(width!, height!),
    before,
  );
});

test('runs are found, sorted, grouped and shown with the columns that are chosen, which are remembered', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+4');
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  for (const id of ids.slice(0, 3)) {
    const result = runResultSchema.parse(
      JSON.parse(readFileSync(join(workspace, 'runs', id, 'result.json'), 'utf8')),
    );
    if (result.status !== 'finished') throw new Error(id);
    await expect(row(id).locator('[data-field="holdout.error_rate"]')).toHaveText(
      percent(result.holdout[0]!.errorRate),
    );
    await expect(row(id).locator('[data-field="valid.error_rate.best"]')).toHaveText(
      percent(result.best.errorRate),
    );
  }
  await expect(page.getByTestId('pictures-note')).toContainText('2 datasets');

  // The same terms give the same runs on the command line.
  const filter = 'dataset=paddy arch~convnext holdout.error_rate<50%';
  await page.getByTestId('runs-filter').fill(filter);
  const listed = JSON.parse(cli('runs', '--json', '--filter', filter, '--sort', 'holdout.error_rate')) as {
    run: string;
  }[];
  expect(listed.length).toBeGreaterThan(1);
  await page.getByRole('button', { name: /^Hold-out error/ }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(listed.length);
  const shown = await page
    .getByTestId('run-row')
    .evaluateAll((rows) => rows.map((one) => one.dataset['run']));
  expect(shown).toEqual(listed.map(({ run }) => run));
  await page.getByTestId('runs-filter').fill('eror<1');
  await expect(page.getByText('Runs have no "eror"')).toBeVisible();
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  await page.getByTestId('runs-filter').fill('');

  await page.getByLabel('Group by').selectOption('dataset');
  const head = page.getByRole('button', { name: /^▸?\s*paddy 8 runs/ });
  await expect(head).toHaveAttribute('aria-expanded', 'true');
  await head.click();
  await expect(page.getByTestId('run-row')).toHaveCount(1);
  await page.getByLabel('Group by').selectOption('');

  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByPlaceholder('Find a figure or setting').fill('lr');
  await page.getByLabel('Further columns').getByText('lr', { exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'lr', exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'lr', exact: true })).toBeVisible();
});

test('runs are tagged, renamed, noted and archived, which can be taken back, and the command line sees it', async () => {
  const { page } = granary;
  const [first, second] = ids as [string, string];
  await row(first).getByRole('checkbox').check();
  await row(second).getByRole('checkbox').check();
  const bar = page.getByTestId('marked-bar');
  await bar.getByRole('button', { name: 'Tags' }).click();
  await page.getByLabel('New tag').fill('two words');
  await expect(page.getByRole('button', { name: 'Tag them' })).toBeDisabled();
  await page.getByLabel('New tag').fill('night2');
  await page.getByRole('button', { name: 'Tag them' }).click();
  await expect(row(second)).toContainText('night2');
  expect(notesOf(first).tags).toEqual(['night2']);
  expect(JSON.parse(cli('runs', '--json', '--filter', 'tag=night2'))).toHaveLength(2);

  await bar.getByRole('button', { name: 'Archive' }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(7);
  expect(notesOf(second).archived).toBe(true);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(page.getByTestId('run-row')).toHaveCount(9);
  expect(notesOf(second).archived).toBe(false);

  await row(first).getByRole('button').first().click();
  await page.getByTestId('rename').fill('the baseline');
  await page.getByTestId('rename').press('Enter');
  await expect(page.getByTestId('run-name')).toHaveText('the baseline');
  await expectAccessible(page, 'a run of pictures');
  await page.getByTestId('note').fill('loss jumps at epoch 4');
  await page.getByTestId('note').blur();
  await expect.poll(() => notesOf(first).note).toBe('loss jumps at epoch 4');
  // Both targets are named where there are two.
  await expect(page.getByText('With TTA, label')).toBeVisible();
  await expect(page.getByText('On the hold-out, label')).toBeVisible();
  await page.getByText('What the worker printed').click();
  await expect(page.getByRole('group', { name: 'worker.log' })).toContainText('trained 6 epochs');
  await page.keyboard.press('Escape');

  // What another process notes is shown as it comes.
  cli('rename', second, 'renamed outside');
  await expect(row(second)).toContainText('renamed outside');
});

test('a baseline shows differences, marked where they are of other pictures', async () => {
  const { page } = granary;
  await row(ids[0]!).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Make it the baseline' }).click();
  // Every third run has the same validation pictures (see the example workspace); the hold-out is common.
  await expect(row(ids[1]!).getByTestId('difference').first()).not.toContainText('≠');
  await expect(row(ids[1]!).getByTestId('difference').nth(1)).toContainText('≠');
  await expect(row(ids[3]!).getByTestId('difference').nth(1)).not.toContainText('≠');
  await expectAccessible(page, 'runs with a baseline');
  await page.getByRole('button', { name: 'No baseline' }).click();
  await page.getByRole('button', { name: 'Unmark' }).click();
});

test('the table is walked with the keyboard alone', async () => {
  const { page } = granary;
  await page.getByTestId('run-row').first().getByRole('button').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('run-row').nth(2).getByRole('button')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  await expect(page.getByTestId('run-row').nth(2).getByRole('checkbox')).toBeChecked();
  await page.getByRole('button', { name: 'Unmark' }).click();
});

/** What is the same twice in a row, some frames apart. */
async function settled(read: () => Promise<string[]>): Promise<string[]> {
  let last = await read();
  await expect
    .poll(async () => {
      const before = last;
      last = await read();
      return last.join() === before.join();
    })
    .toBe(true);
  return last;
}

test('compared runs show their curves, only the settings that differ, and the pictures on which they disagree', async () => {
  const { page } = granary;
  for (const id of ids.slice(0, 3)) await row(id).getByRole('checkbox').check();
  await page.getByTestId('marked-bar').getByRole('button', { name: 'Compare' }).click();
  await expect(page.getByTestId('compared')).toHaveCount(3);
  await expect(page.getByRole('img', { name: /^Valid\. loss of label by step, / })).toBeVisible();
  // What the pointer marks, in each chart, is gone without a trace when it leaves.
  const charts = page.getByTestId('compare-curves').locator('canvas');
  const drawn = (): Promise<string[]> =>
    charts.evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
  const [before, area] = [await settled(drawn), (await charts.first().boundingBox())!];
  expect(before.length).toBeGreaterThan(1);
  for (const share of [0.4, 0.6]) {
    await page.mouse.move(area.x + share * area.width, area.y + area.height / 2);
    await expect
      .poll(async () => (await drawn()).map((picture, index) => picture !== before[index]))
      .toEqual(before.map(() => true));
  }
  await page.mouse.move(2, 2);
  await expect.poll(drawn).toEqual(before);
  // Also where the frame in which it has left draws the charts for another reason.
  await page.mouse.move(area.x + 0.5 * area.width, area.y + area.height / 2);
  await expect.poll(async () => (await drawn())[0] !== before[0]).toBe(true);
  await charts.first().evaluate((canvas) => {
    for (const type of ['pointerleave', 'dblclick']) canvas.dispatchEvent(new Event(type));
  });
  await expect.poll(drawn).toEqual(before);
  await page.mouse.move(2, 2);

  const compared = JSON.parse(cli('compare', '--json', '--disagree', ...ids.slice(0, 3))) as {
    differs: Record<string, unknown>;
    disagreements: { images: number; disagreeing: number };
  };
  const names = await page
    .getByTestId('differences')
    .locator('[data-setting]')
    .evaluateAll((rows) => rows.map((one) => (one as HTMLElement).dataset['setting']));
  expect(names).toEqual(Object.keys(compared.differs));
  expect(names).toContain('arch');
  expect(names).not.toContain('epochs');
  await expect(page.getByTestId('confusion')).toHaveCount(3);
  const { images, disagreeing } = compared.disagreements;
  await expect(page.getByTestId('disagreeing')).toHaveText(
    `${disagreeing.toLocaleString('en')} of ${images.toLocaleString('en')} pictures`,
  );
  await expect(page.getByTestId('scatter').locator('circle')).toHaveCount(3);
  // Architectures that begin alike are told apart below the axis.
  const named = await page.getByTestId('scatter').locator('text').allTextContents();
  expect(new Set(named).size).toBe(named.length);
  const parallel = page.getByTestId('parallel').locator('svg');
  await expect(parallel.locator('path')).toHaveCount(3);
  // No word of an axis is cut at an edge.
  const beyond = await parallel.evaluate((svg) => {
    const { left, right } = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')]
      .map((text) => text.getBoundingClientRect())
      .filter((box) => box.left < left - 1 || box.right > right + 1).length;
  });
  expect(beyond).toBe(0);
  await expectAccessible(page, 'compare');

  // A run of another dataset is not shown as comparable.
  await page.keyboard.press('Control+4');
  await page.getByTestId('runs-filter').fill('dataset=shapes');
  await page.getByTestId('run-row').getByRole('checkbox').check();
  await page.getByTestId('runs-filter').fill('');
  await page.keyboard.press('Control+5');
  await expect(page.getByTestId('datasets-note')).toContainText('2 datasets');
  await expect(
    page.locator('#disagree-title ~ [data-code], section:has(#disagree-title) [data-code]'),
  ).toHaveAttribute('data-code', 'ENSEMBLE_CLASSES_DIFFER');
});

test('zooming one chart zooms all of its view, stays when points are added, and ends with a double click', async () => {
  const { page } = granary;
  await page.keyboard.press('Control+5');
  const charts = page.getByTestId('compare-curves').locator('canvas');
  await charts.first().scrollIntoViewIfNeeded();
  const all = page
    .getByRole('toolbar', { name: 'How the curves are drawn' })
    .getByRole('button', { name: 'All' });
  await expect(all).toBeDisabled();
  const box = (await charts.first().boundingBox())!;
  const before = await charts.nth(1).screenshot();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(3, 3);
  await expect(all).toBeEnabled();
  expect((await charts.nth(1).screenshot()).equals(before)).toBe(false);
  await page.getByLabel('Smoothing, from 0').fill('0.999');
  await page.getByLabel('Smoothing, from 0').blur();
  await expect(page.getByTestId('smoothing-slider')).toHaveValue('0.99');
  await expect(all).toBeEnabled();
  await charts.nth(1).dblclick();
  await expect(all).toBeDisabled();
  await page.getByLabel('Smoothing, from 0').fill('0');
  await page.getByLabel('Smoothing, from 0').blur();
});

test('an ensemble is judged while its weights are dragged, in under 50 ms, to the same numbers as on the command line', async () => {
  const { app, page } = granary;
  await page.keyboard.press('Control+6');
  await page.getByRole('button', { name: 'Choose runs' }).click();
  for (const id of ids) await page.getByRole('checkbox', { name: new RegExp(` ${id.slice(-4)}\\b`) }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('member')).toHaveCount(8);
  const together = page.getByTestId('together');
  const shown = async (): Promise<string[]> => [
    ...(await page.getByTestId('ensemble-error').allInnerTexts()),
    ...(await page.getByTestId('ensemble-loss').allInnerTexts()),
    await page.getByTestId('ensemble-exact').innerText(),
  ];
  const figures = ({ targets, exactMatch }: Ensemble): string[] => [
    ...targets.map(({ errorRate }) => percent(errorRate)),
    ...targets.map(({ loss }) => loss!.toFixed(4)),
    percent(exactMatch!.errorRate),
  ];
  const byCli = (...flags: string[]): Ensemble =>
    ensembleSchema.parse(JSON.parse(cli('ensemble', ...ids, '--json', ...flags)));
  await expect.poll(shown).toEqual(figures(byCli()));
  await expectAccessible(page, 'ensemble');

  // 8 runs × 1,041 hold-out pictures × 10 classes × 2 targets at each move.
  const slider = page.getByRole('slider', { name: /^Weight of/ }).first();
  const times: number[] = [];
  for (let weight = 0.05; weight < 2; weight += 0.1) {
    const before = await together.getAttribute('data-judged');
    await slider.fill(weight.toFixed(2));
    await expect(together).not.toHaveAttribute('data-judged', before!);
    times.push(Number(await together.getAttribute('data-ms')));
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  console.log(
    `Ensemble of 8 runs: ${median.toFixed(1)} ms a move (median), ${times[times.length - 1]!.toFixed(1)} at most`,
  );
  // Other programs on the machine only ever add to it: the quickest says what a move costs.
  expect(times[0]).toBeLessThan(50);

  await page
    .getByRole('spinbutton', { name: /^Weight of/ })
    .first()
    .fill('2.5');
  const order = await page
    .getByTestId('member')
    .evaluateAll((rows) => rows.map((one) => one.dataset['run']!));
  const weights = ids.map((id) => (id === order[0] ? 2.5 : 1)).join(',');
  await page.getByRole('radio', { name: 'Plain' }).check();
  const plain = byCli('--plain', '--weights', weights);
  await expect.poll(shown).toEqual(figures(plain));
  for (const [place, target] of plain.targets.entries()) {
    const cells = await page.getByTestId('ensemble-confusion').nth(place).locator('td.cell').allInnerTexts();
    expect(cells.map((text) => Number(text || '0'))).toEqual(target.confusion.flat());
  }

  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByTestId('submission-preview')).toContainText('image_id,label,variety');
  const out = join(folder.path, 'submission.csv');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, out);
  await page.getByRole('button', { name: 'Write the submission…' }).click();
  await expect.poll(() => existsSync(out)).toBe(true);
  const same = join(folder.path, 'by-cli.csv');
  byCli('--plain', '--weights', weights, '--out', same);
  // Members stand in another order there, which changes no mean.
  expect(readFileSync(out, 'utf8')).toBe(readFileSync(same, 'utf8'));
  await expect(page.getByTestId('kept-ensemble').first()).toContainText('plain');
  // The key does what the button does.
  rmSync(out);
  await page.keyboard.press('Control+Shift+E');
  await expect.poll(() => existsSync(out)).toBe(true);
  expect(readFileSync(out, 'utf8')).toBe(readFileSync(same, 'utf8'));
});

test('a run that cannot take part says why, and others go on without it', async () => {
  const { page } = granary;
  const damaged = ids[7]!;
  const file = join(workspace, 'runs', damaged, 'predictions.safetensors');
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, whole.length / 2));
  await page.keyboard.press('Control+4');
  await page.reload();
  await page.keyboard.press('Control+6');
  await page.getByRole('button', { name: /^Take the / }).click();
  const member = page.locator(`[data-testid="member"][data-run="${damaged}"]`);
  await expect(member.getByTestId('member-problem')).toBeVisible();
  // Only runs of one dataset were taken. With the one of other classes the reason and the fix are said.
  await expect(page.getByTestId('member')).toHaveCount(8);
  await page.getByRole('button', { name: 'Choose runs' }).click();
  await page.getByRole('checkbox', { name: /, shapes/ }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('fault')).toHaveAttribute('data-code', 'ENSEMBLE_CLASSES_DIFFER');
  await page
    .locator('[data-testid="member"]', { hasText: 'convnext_tiny squish' })
    .last()
    .getByRole('button', { name: /^Take / })
    .click();
  await expect(page.getByTestId('ensemble-error').first()).toHaveText(/%$/);
  for (const field of await page.getByRole('spinbutton', { name: /^Weight of/ }).all()) await field.fill('0');
  await expect(page.getByText('No run has a say')).toBeVisible();
  // The runs are made up, so their dataset's pictures are not there to be shown.
  expect(granary.complaints.filter((words) => !words.startsWith('Failed to load resource'))).toEqual([]);
});
