import { expect, test } from '@playwright/test';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ensemble, ensembleSchema } from '../../shared/records/ensemble.ts';
import { FileApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { cli, percent, writeTrainedRuns } from './support/trained-runs.ts';

/** Ensembles of finished runs; each test goes on where the one before ended. */
const granary = new FileApp();
const workspace = join(granary.folder, 'workspace');
let ids: string[];

test.beforeAll(async () => {
  ids = await writeTrainedRuns(workspace);
  await granary.start();
});

test.beforeEach(() => granary.page.keyboard.press('Control+4'));

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
    ensembleSchema.parse(JSON.parse(cli(workspace, 'ensemble', ...ids, '--json', ...flags)));
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
  const out = join(granary.folder, 'submission.csv');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, out);
  await page.getByRole('button', { name: 'Write the submission…' }).click();
  await expect.poll(() => existsSync(out)).toBe(true);
  const same = join(granary.folder, 'by-cli.csv');
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
  const { app, page } = granary;
  const damaged = ids[7]!;
  const file = join(workspace, 'runs', damaged, 'predictions.safetensors');
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, whole.length / 2));
  // Until it is told which runs there are, none are offered.
  await app.evaluate(({ ipcMain }) => {
    // Electron's own table of who answers what.
    const { _invokeHandlers: answers } = ipcMain as unknown as {
      _invokeHandlers: Map<string, (...given: unknown[]) => unknown>;
    };
    const answer = answers.get('runs:list')!;
    const held = new Promise<void>((resolve) => Object.assign(globalThis, { tell: resolve }));
    answers.set('runs:list', (...given) => held.then(() => answer(...given)));
  });
  await page.keyboard.press('Control+4');
  await page.reload();
  await page.keyboard.press('Control+6');
  await expect(page.getByRole('heading', { level: 1, name: 'Ensemble' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Take the / })).toHaveCount(0);
  await app.evaluate(() => (globalThis as unknown as { tell: () => void }).tell());
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
