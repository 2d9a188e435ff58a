import { type Page, expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ratingsResultSchema } from '../../shared/records/ratings-run.ts';
import { dropOnWindow, root, type RunningApp, scratchFolder, startApp } from './support/app.ts';
import { expectAccessible } from './support/axe.ts';
import { screenshot } from './support/screenshot.ts';

/** Pictures of the guide want a sample that looks like something; tests want one that trains in a second. */
const full = process.env['GRANARY_SCREENSHOTS'] !== undefined;
const shape = full ? { users: 943, items: 1682, ratings: 100_000 } : { users: 80, items: 60, ratings: 1600 };
const epochs = full ? 5 : 2;

/** What the command line answers, from the same workspace. */
function cli(workspace: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args], {
    env: { ...process.env, GRANARY_WORKSPACE: workspace, NO_COLOR: '1' },
    encoding: 'utf8',
  });
}
const json = (workspace: string, ...args: string[]): unknown => JSON.parse(cli(workspace, ...args, '--json'));

/** What charts drew: x, y and radius of points, and texts. */
interface Drawn {
  points: number[][];
  texts: string[];
}

/** The system's dialogs cannot be driven from here; they answer with a path. */
async function answerDialogs({ app }: RunningApp, path: string): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: answer });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [answer] });
  }, path);
}

const top = (page: Page): Promise<void> =>
  page.getByRole('main').evaluate((main) => void (main.scrollTop = 0));

test('from a dropped folder to recommendations: what is shown is what folder and command line say', async () => {
  test.setTimeout(full ? 400_000 : 150_000);
  const folder = scratchFolder();
  const films = join(folder.path, 'films');
  const { users, items, ratings } = shape;
  cli(
    folder.path,
    'collab',
    'sample',
    films,
    '--users',
    `${users}`,
    '--items',
    `${items}`,
    '--ratings',
    `${ratings}`,
  );
  const granary = await startApp(folder.path);
  const { page, workspace } = granary;
  try {
    // Recognised wherever it is dropped, with its titles; every count is the command line's.
    await page.keyboard.press('Control+7');
    await expect(page.getByRole('heading', { name: 'Drop a ratings file anywhere' })).toBeVisible();
    await expectAccessible(page, 'ratings, empty');
    await screenshot(page, 'ratings-intake');
    await page.keyboard.press('Control+1');
    await dropOnWindow(page, films);
    await expect(page.getByTestId('ratings-name')).toHaveText('u.data');
    const told = json(
      workspace,
      'collab',
      'inspect',
      join(films, 'u.data'),
      '--items',
      join(films, 'u.item'),
    ) as {
      ratings: number;
      users: number;
      items: number;
      density: number;
      scale: { mean: number };
      histogram: { count: number }[];
      crossTab: { cells: (number | null)[][] };
      problems: { code: string; count: number }[];
    };
    const whole = (value: number): string => value.toLocaleString('en');
    await expect(page.getByTestId('ratings-count')).toHaveText(whole(told.ratings));
    await expect(page.getByTestId('user-count')).toHaveText(whole(told.users));
    await expect(page.getByTestId('item-count')).toHaveText(whole(told.items));
    await expect(page.getByTestId('sparsity')).toHaveText(`${(100 * (1 - told.density)).toFixed(2)}%`);
    await expect(page.getByTestId('mean-rating')).toHaveText(told.scale.mean.toFixed(3));
    await expect(page.getByTestId('rating-row')).toHaveCount(told.histogram.length);
    await expect(page.getByTestId('titles-path')).toHaveText(join(films, 'u.item'));
    const cells = await page.getByTestId('cross-tab').locator('tbody td').allInnerTexts();
    expect(cells.map((text) => text.trim())).toEqual(
      told.crossTab.cells.flat().map((cell) => (cell === null ? '·' : String(cell))),
    );
    for (const { code, count } of told.problems)
      await expect(page.locator(`[data-testid="check"][data-code="${code}"]`)).toHaveAttribute(
        'data-count',
        `${count}`,
      );
    await expectAccessible(page, 'ratings, overview');
    await screenshot(page, 'ratings-overview');

    // The use of a column is changed, and back.
    await page.getByLabel('Use of column 4').selectOption('ignore');
    await expect(page.locator('[data-code="TIME_NOT_READABLE"]')).toHaveCount(0);
    await page.getByLabel('Use of column 4').selectOption('time');
    await expect(page.locator('[data-code="TIME_NOT_READABLE"]')).toBeVisible();

    // A sweep over weight decay, told before it is queued.
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.getByRole('button', { name: '0.1', exact: true }).click();
    await expect(page.getByTestId('preview-missing')).toBeVisible();
    await page.getByRole('button', { name: 'none', exact: true }).click();
    await page.getByRole('button', { name: '0.1', exact: true }).click();
    await page.getByRole('textbox', { name: 'Factors' }).fill(full ? '50' : '5');
    await page.getByLabel('Epochs', { exact: true }).fill(`${epochs}`);
    await page.getByLabel('Seeds').fill('1');
    const planned = page.getByTestId('preview-run');
    await expect(planned).toHaveCount(2);
    await expect(planned.first()).toContainText(`dot-bias ${full ? 50 : 5} wd 0`);
    if (full) await page.getByRole('textbox', { name: 'Factors' }).fill('10, 50');
    await screenshot(page, 'ratings-train');
    await expectAccessible(page, 'ratings, train');
    if (full) await page.getByRole('textbox', { name: 'Factors' }).fill('50');
    await expect(page.getByTestId('preview-count')).toHaveText('2 runs');
    await page.getByRole('button', { name: 'Start 2 runs' }).click();

    // Live: loss and errors of what trains.
    const live = page.getByTestId('live');
    await expect(live.getByTestId('rmse')).toHaveText(/^\d\.\d{4}$/, { timeout: 60_000 });
    await expect(live.getByRole('img', { name: /^RMSE and MAE by step, RMSE \d/ })).toBeVisible();
    const waiting = page.getByTestId('queue-item');
    await expect(waiting).toHaveCount(2);
    for (const item of [waiting.nth(0), waiting.nth(1)])
      await expect(item).toHaveAttribute('data-state', 'finished', { timeout: 120_000 });
    await expectAccessible(page, 'queue with recommenders');
    await top(page);
    await screenshot(page, 'ratings-live');

    // The table's numbers are the folders' and the command line's.
    await page.keyboard.press('Control+4');
    await expect(page.getByTestId('run-row')).toHaveCount(2);
    const ids = readdirSync(join(workspace, 'runs')).filter((name) => name.includes('ratings'));
    const listed = json(workspace, 'runs') as { run: string; rmse: number; mae: number }[];
    for (const id of ids) {
      const text = readFileSync(join(workspace, 'runs', id, 'result.json'), 'utf8');
      const result = ratingsResultSchema.parse(JSON.parse(text));
      if (result.status !== 'finished') throw new Error(`${id} ${result.status}`);
      expect(listed.find(({ run }) => run === id)).toMatchObject({ rmse: result.rmse, mae: result.mae });
      const row = page.locator(`[data-testid="run-row"][data-run="${id}"]`);
      await expect(row.locator('[data-field="valid.rmse"]')).toHaveText(result.rmse!.toFixed(4));
      await expect(row.locator('[data-field="valid.mae"]')).toHaveText(result.mae!.toFixed(4));
      await expect(row.locator('[data-field="holdout.error_rate"]')).toHaveCount(0);
    }

    // One run's page: figures, yardsticks, biases.
    const id = ids.find((name) => name.includes('wd0.1'))!;
    await page.locator(`[data-testid="run-row"][data-run="${id}"]`).getByRole('button').first().click();
    await expect(page.getByTestId('detail-rmse')).toHaveText(
      listed.find(({ run }) => run === id)!.rmse.toFixed(4),
    );
    await expect(page.getByTestId('yardstick')).toHaveCount(3);
    const learnt = page.getByTestId('learnt');
    const { best, worst } = json(workspace, 'collab', 'explain', id, '-n', '15') as Record<
      'best' | 'worst',
      { item: string; title: string; bias: number }[]
    >;
    for (const [testid, rows] of [['best', best] as const, ['worst', worst] as const]) {
      const shown = learnt.getByTestId(testid).locator('tbody tr[data-item]');
      await expect(shown).toHaveCount(rows.length);
      await expect(shown.first()).toContainText(rows[0]!.title);
      await expect(shown.first()).toContainText(Math.abs(rows[0]!.bias).toFixed(3));
    }
    await screenshot(page, 'recommender-run');
    await learnt.scrollIntoViewIfNeeded();
    await expectAccessible(page, 'recommender, best and worst');
    await screenshot(page, 'recommender-items');

    // Similar items of one that is searched for.
    const wanted = best[0]!;
    await learnt.getByRole('tab', { name: 'Map' }).click();
    await learnt.getByLabel('Find an item').fill(wanted.title);
    await learnt.getByTestId('found-item').first().click();
    await learnt.getByLabel('Find an item').fill('');
    const { similar } = json(workspace, 'collab', 'similar', id, wanted.item, '-n', '12') as {
      similar: { title: string; cosine: number }[];
    };
    const alike = learnt.getByTestId('similar').locator('tbody tr');
    await expect(alike).toHaveCount(similar.length);
    expect(await alike.allInnerTexts()).toEqual(
      similar.map(({ title, cosine }) => `${title}\t${cosine.toFixed(3)}`),
    );
    await expect(learnt.getByRole('img', { name: `${wanted.title} is chosen` })).toBeVisible();
    await expectAccessible(page, 'recommender, map');
    await learnt.getByRole('tablist').evaluate((tabs) => tabs.scrollIntoView());
    await screenshot(page, 'recommender-map');

    // A point under the pointer is told of.
    await page.evaluate(() => {
      const drawn: Drawn = { points: [], texts: [] };
      const pen = CanvasRenderingContext2D.prototype;
      const { arc, fillText } = pen;
      pen.arc = function (x, y, radius, ...rest) {
        arc.call(this, x, y, radius, ...rest);
        drawn.points.push([x, y, radius]);
      };
      pen.fillText = function (...said) {
        fillText.apply(this, said);
        drawn.texts.push(said[0]);
      };
      Object.assign(window, { drawn });
    });
    const drawn = (): Promise<Drawn> => page.evaluate(() => (window as unknown as { drawn: Drawn }).drawn);
    await learnt.getByLabel('Find an item').fill(wanted.title);
    const standsOut = async () => (await drawn()).points.find(([, , radius]) => radius === 5);
    await expect.poll(standsOut).toBeDefined();
    const [x, y] = (await standsOut())!;
    const map = (await learnt.locator('[aria-label^="Map of "] canvas').boundingBox())!;
    await page.mouse.move(map.x + x!, map.y + y!);
    await expect
      .poll(async () => (await drawn()).texts)
      .toContainEqual(expect.stringMatching(/^[\d,]+ ratings in training$/));
    await learnt.getByLabel('Find an item').fill('');

    // A user: history beside predictions, recommendations, the reasons of one.
    await learnt.getByRole('tab', { name: 'Users' }).click();
    const user = await learnt.getByTestId('user-id').inputValue();
    const { recommended } = json(workspace, 'collab', 'recommend', id, '--user', user, '-n', '20') as {
      recommended: { item: string; title: string; predicted: number }[];
    };
    const rows = learnt.getByTestId('recommended').locator('tbody tr');
    await expect(rows).toHaveCount(recommended.length);
    await expect(rows.first()).toContainText(recommended[0]!.title);
    await expect(rows.first().locator('td.number')).toHaveText(recommended[0]!.predicted.toFixed(3));
    const { history } = json(workspace, 'collab', 'explain', id, '--user', user) as {
      history: { title: string; rating: number; predicted: number }[];
    };
    await expect(learnt.getByTestId('history').locator('tbody tr').first()).toHaveText(
      new RegExp(`${history[0]!.rating}\\s*${history[0]!.predicted.toFixed(3)}$`),
    );
    await rows.first().getByRole('button').click();
    const reasons = json(
      workspace,
      'collab',
      'explain',
      id,
      '--user',
      user,
      '--item',
      recommended[0]!.item,
    ) as {
      parts: { name: string; value: number }[];
    };
    const part = learnt.getByTestId('reasons').locator('tbody tr').first();
    await expect(part).toContainText(reasons.parts[0]!.name);
    await expect(part).toContainText(Math.abs(reasons.parts[0]!.value).toFixed(3));
    await expectAccessible(page, 'recommender, users');
    await learnt.getByRole('tablist').evaluate((tabs) => tabs.scrollIntoView());
    await screenshot(page, 'recommender-user');
    await learnt.getByTestId('user-id').fill('nobody');
    await learnt.getByRole('button', { name: 'Show', exact: true }).click();
    await expect(learnt.getByTestId('unknown-user')).toContainText('by their bias alone');
    await screenshot(page, 'recommender-unknown');

    // Files for others, equal to the command line's.
    const csv = join(folder.path, 'top.csv');
    await answerDialogs(granary, csv);
    await learnt.getByLabel('Items a user').fill('3');
    await learnt.getByRole('button', { name: 'Recommendations for all as CSV' }).click();
    await expect(page.getByText(/^Wrote .* recommendations to/)).toBeVisible();
    // While it was written the button was disabled.
    await expect(learnt.getByRole('button', { name: 'Recommendations for all as CSV' })).toBeFocused();
    cli(workspace, 'collab', 'recommend', id, '--all', '-n', '3', '--out', `${csv}.cli`);
    expect(readFileSync(csv, 'utf8')).toBe(readFileSync(`${csv}.cli`, 'utf8'));
    const embeddings = join(folder.path, 'embeddings');
    mkdirSync(embeddings);
    await answerDialogs(granary, embeddings);
    await learnt.getByRole('button', { name: 'Embeddings' }).click();
    await expect(page.getByText(/^Wrote 5 files/)).toBeVisible();
    expect(readdirSync(embeddings).sort()).toEqual([
      'embeddings.safetensors',
      'items-metadata.tsv',
      'items.tsv',
      'users-metadata.tsv',
      'users.tsv',
    ]);

    // Side by side, and their mean.
    await page.keyboard.press('Escape');
    for (const place of [0, 1]) await page.getByTestId('run-row').nth(place).getByRole('checkbox').check();
    await page.keyboard.press('Control+5');
    await expect(page.getByTestId('compare-curves')).toContainText('Valid. RMSE');
    await expect(page.getByTestId('differences').locator('[data-setting="weightDecay"]')).toBeVisible();
    await expect(page.getByText('What each confuses')).toHaveCount(0);
    await expectAccessible(page, 'compare recommenders');
    await screenshot(page, 'recommender-compare');
    await page.getByRole('button', { name: 'Combine them' }).click();
    await expect(page.getByTestId('mean-rmse')).toHaveText(/^\d\.\d{4}$/);
    await expect(page.getByTestId('recommender-member')).toHaveCount(2);
    await expectAccessible(page, 'mean of recommenders');
    await screenshot(page, 'recommender-mean');
    expect(granary.complaints).toEqual([]);
  } finally {
    await granary.close();
    folder.remove();
  }
});

test('files that are not as they should be: what is wrong is said, and what can be done', async () => {
  const folder = scratchFolder();
  const write = (name: string, lines: string[]): string => {
    writeFileSync(join(folder.path, name), `${lines.join('\n')}\n`);
    return join(folder.path, name);
  };
  const { writeRuns } = (await import('../support/example-workspace.mjs')) as {
    writeRuns: (workspace: string, options: object) => string[];
  };
  writeRuns(join(folder.path, 'workspace'), { runs: 1, epochs: 2 });
  const granary = await startApp(folder.path);
  const { page, workspace } = granary;
  try {
    // No ratings: told, and trained on as what was taken.
    const rows = Array.from({ length: 60 }, (_, k) => [`c${k % 7}`, `p${(3 * k) % 11}`, 1 + (k % 4)]);
    await dropOnWindow(page, write('bought.csv', ['customer,product', ...rows.map(([c, p]) => `${c},${p}`)]));
    await expect(page.getByTestId('implicit')).toContainText('took an item');
    await expect(page.getByTestId('mean-rating')).toHaveCount(0);
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.getByText('More settings').click();
    await expect(page.getByLabel('Sigmoid range')).toHaveCount(0);
    await expect(page.getByLabel('Negatives a row')).toHaveValue('4');

    // Columns that cannot be told: refused as pictures, read as ratings once they are told.
    await dropOnWindow(
      page,
      write('unclear.csv', ['who,what,much', ...rows.map(([c, p, r]) => `${c},${p},${r}`)]),
    );
    await page.getByRole('button', { name: 'Read it as ratings instead' }).click();
    await expect(page.getByTestId('fault')).toContainText('does not say which column is the user');
    await expectAccessible(page, 'ratings that were refused');
    await page.getByLabel('Use of who').selectOption('user');
    await page.getByLabel('Use of what').selectOption('item');
    await expect(page.getByTestId('implicit')).toBeVisible();
    await page.getByLabel('Use of much').selectOption('rating');
    await expect(page.getByTestId('rating-row')).toHaveCount(4);

    // Damaged lines are left out, counted, and shown.
    const damaged = [
      'user,item,rating',
      '1,a,5',
      '1,b,four',
      '2,a,3',
      '2',
      ',b,2',
      '2,b,1',
      '2,b,4',
      '3,a,2',
    ];
    await dropOnWindow(page, write('damaged.csv', damaged));
    const check = (code: string) => page.locator(`[data-testid="check"][data-code="${code}"]`);
    await expect(check('RATING_NOT_NUMERIC')).toContainText('line 3');
    await expect(check('ROW_SHORT')).toContainText('line 5');
    await expect(check('ID_MISSING')).toContainText('line 6');
    await expect(check('DUPLICATE')).toContainText('user 2, item b');
    await expect(check('USER_WITH_ONE_RATING')).toHaveAttribute('data-count', '2');
    await expect(page.getByTestId('ratings-count')).toHaveText('4');
    await expectAccessible(page, 'ratings with problems');
    await screenshot(page, 'ratings-checks');

    // A file of its own validates: what is wrong with it is said, and nothing starts before it can be read.
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.getByLabel('Split').selectOption('file');
    await expect(page.getByTestId('preview-missing')).toHaveText('Choose the ratings file that validates.');
    const valid = page.getByTestId('valid-file');
    await answerDialogs(granary, write('text.csv', ['user,item,rating', '1,a,good', '1,b,bad']));
    await valid.getByRole('button').first().click();
    await expect(valid.getByTestId('fault')).toContainText('rows cannot be used');
    await answerDialogs(granary, join(folder.path, 'damaged.csv'));
    await valid.getByRole('button', { name: 'Choose another' }).click();
    await expect(valid.getByTestId('fault')).toContainText('the file that trains');
    await answerDialogs(granary, write('bought.tsv', ['user\titem', '1\ta', '2\tb']));
    await valid.getByRole('button', { name: 'Choose another' }).click();
    await expect(valid.getByTestId('fault')).toContainText('One of the two files has ratings');
    await expectAccessible(page, 'a validation file that was refused');
    await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled();
    const judged = write('valid.csv', ['user,item,rating', '1,a,4', '2,a,2', '3,b,three', '4,b,1']);
    await answerDialogs(granary, judged);
    await valid.getByRole('button', { name: 'Choose another' }).click();
    await expect(valid.getByTestId('valid-counts')).toHaveText('3 ratings by 3 users of 2 items');
    await expect(valid.getByTestId('valid-problem')).toContainText('line 4');
    await expect(valid.getByTestId('fault')).toHaveCount(0);

    // Pictures and ratings do not mix, and why is said.
    await page.getByRole('textbox', { name: 'Factors' }).fill('3');
    await page.getByLabel('Epochs', { exact: true }).fill('1');
    await page.getByRole('button', { name: 'Start' }).click();
    await expect(page.getByTestId('queue-item')).toHaveAttribute('data-state', 'finished', {
      timeout: 60_000,
    });
    const [id] = readdirSync(join(workspace, 'runs')).filter((name) => name.includes('ratings'));
    const config = readFileSync(join(workspace, 'runs', id!, 'config.json'), 'utf8');
    expect(JSON.parse(config)).toMatchObject({
      config: { split: { type: 'file', path: judged } },
      counts: { train: 4, valid: 3, coldUsers: 1 },
    });
    await page.keyboard.press('Control+4');
    const runRows = page.getByTestId('run-row');
    await expect(runRows).toHaveCount(2);
    for (const place of [0, 1]) await runRows.nth(place).getByRole('checkbox').check();
    await page.getByTestId('marked-bar').getByRole('button', { name: 'Combine' }).click();
    await expect(page.getByTestId('mixed-kinds')).toContainText('Pictures and ratings cannot be combined');
    await expectAccessible(page, 'pictures and ratings');
    await screenshot(page, 'recommender-mixed');
    await page.keyboard.press('Control+5');
    await expect(page.getByTestId('kinds-note')).toBeVisible();
    expect(readdirSync(join(workspace, 'runs'))).toHaveLength(2);
    expect(granary.complaints).toEqual([]);
  } finally {
    await granary.close();
    folder.remove();
  }
});
