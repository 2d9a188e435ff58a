import { drawn } from './camera.mjs';

/**
 * What is done with runs that have ended.
 * @param {{run: string, name: string}[]} finished
 */
export async function shootRuns(studio, finished) {
  const { page } = studio;
  const named = (name) => finished.find((one) => one.name.includes(name)).run;
  const large = ['lite0 crop 128', 'lite0 squish 128', 'lite2 squish 128'].map(named);
  const small = ['lite0 squish 96', 'lite1 squish 96'].map(named);
  const row = (run) => page.locator(`[data-testid="run-row"][data-run="${run}"]`);
  const mark = async (some) => {
    for (const run of some) await row(run).getByRole('checkbox').check();
  };
  const bar = page.getByTestId('marked-bar');
  const unmark = () => bar.getByRole('button', { name: 'Unmark' }).click();
  await studio.height(900);
  await studio.go(4);
  await row(large[0]).waitFor();
  await mark(large);
  await bar.getByRole('button', { name: 'Tags' }).click();
  await page.getByLabel('New tag').fill('night-1');
  await page.getByRole('button', { name: 'Tag them' }).click();
  await page.keyboard.press('Escape');
  await unmark();
  await mark([small[0]]);
  await bar.getByRole('button', { name: 'Make it the baseline' }).click();
  await page.getByTestId('difference').first().waitFor();
  await unmark();
  await mark([large[0], small[1]]);
  await quiet(page);
  await studio.shoot('runs');

  await row(large[0]).getByRole('button').first().click();
  await page.getByTestId('run-name').waitFor();
  await page.getByTestId('note').fill('Crops at 128 see the stripes; the next night tries 160.');
  await page.getByTestId('note').blur();
  await studio.height(1000);
  await quiet(page);
  await studio.shoot('run');
  await page.keyboard.press('Escape');

  await mark([large[1]]);
  await studio.go(5);
  await page.getByTestId('disagreement').first().waitFor({ timeout: 60_000 });
  await quiet(page);
  await studio.height(1000);
  await studio.scroll(0);
  await studio.shoot('compare');
  await studio.height(1130);
  await studio.scrollTo(page.locator('section', { has: page.getByTestId('differences') }).last());
  await studio.shoot('compare-settings');
  await studio.height(1000);
  await studio.scrollTo(page.locator('section', { has: page.getByTestId('confusion') }).last());
  await studio.shoot('compare-confusion');
  await studio.height(640);
  await studio.scrollTo(page.locator('section', { has: page.getByTestId('disagreeing') }).last());
  await drawn(page.getByTestId('disagreement').locator('img'), 6);
  await studio.shoot('compare-pictures');
}

/** The builder with five members, one of them weighted, and the first rows of the submission. */
export async function shootEnsemble(studio, finished) {
  const { page } = studio;
  await studio.go(6);
  await page.getByRole('button', { name: 'Choose runs' }).click();
  for (const { run } of finished.filter(({ name }) => name.endsWith('128')))
    await page.getByRole('checkbox', { name: new RegExp(` ${run.slice(-4)} `) }).check();
  await page.keyboard.press('Escape');
  await page.getByTestId('ensemble-error').first().waitFor({ timeout: 60_000 });
  await page
    .getByRole('slider', { name: /^Weight of/ })
    .first()
    .fill('2');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByTestId('submission-preview').waitFor();
  await studio.height(1150);
  await studio.scroll(0);
  await studio.shoot('ensemble');
}

/** Runs of the grid that is set up: the first as it trains beside the list, and in a narrower window the list with the machine below. */
export async function shootQueue(studio) {
  const { page } = studio;
  await page.getByRole('navigation').getByRole('button', { name: 'Grid' }).click();
  await page.getByTestId('preview-run').first().waitFor();
  for (const arch of ['convnext_tiny', 'resnet26d'])
    await page.getByText(arch, { exact: true }).first().click();
  await page.getByText('tf_efficientnet_lite1', { exact: true }).first().click();
  await page.getByLabel('Sizes').fill('96');
  await page.getByLabel('Epochs', { exact: true }).fill('6');
  await page.getByLabel('Batch size').fill('32');
  await page.getByRole('button', { name: 'Start 4 runs' }).click();
  await page
    .getByTestId('doing')
    .getByText(/Epoch 5 of/)
    .waitFor({ timeout: 300_000 });
  // Where the run stands beside the list.
  await studio.height(960, 1600);
  await studio.scroll(0);
  await studio.shoot('live');
  await studio.height(900);
  await studio.scrollTo(page.locator('section', { has: page.getByTestId('queue-progress') }).last());
  await studio.shoot('queue');
  const last = page.getByTestId('queue-item').last();
  await last.getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Duplicate with changes' }).click();
  await page.getByRole('dialog').getByLabel('Size', { exact: true }).fill('128');
  await studio.height(900);
  await studio.shoot('duplicate');
  await page.keyboard.press('Escape');
}

export async function shootFrame(studio) {
  const { page } = studio;
  await studio.height(900);
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await page.getByTestId('cache').first().waitFor();
  await studio.height(1150);
  await studio.scroll(0);
  await studio.shoot('settings');
  await studio.height(820);
  await studio.go(4);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('lite1 crop');
  await page.getByRole('listbox').getByRole('option').first().waitFor();
  await studio.shoot('palette');
  await page.keyboard.press('Escape');
}

/** Notices cover what is below them; they go by themselves. */
async function quiet(page) {
  for (let tries = 0; tries < 60; tries += 1) {
    if ((await page.getByTestId('toast').count()) === 0) return;
    await page.waitForTimeout(500);
  }
}
