import { expect, type Locator, test } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHeaderSchema, runResultSchema } from '../../shared/records/run-record.ts';
import { readPredictions } from '../../src-main/runs/predictions.ts';
import { FileApp } from './support/app.ts';

/** What a comparison and an ensemble's members show, worked out again from the run folders; nobody had to train these runs. */
const granary = new FileApp();
const workspace = join(granary.folder, 'workspace');
const targets = ['label', 'variety'] as const;
let ids: string[];

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
const config = (id: string) =>
  runHeaderSchema.parse(JSON.parse(readFileSync(join(workspace, 'runs', id, 'config.json'), 'utf8'))).config;
function result(id: string) {
  const read = runResultSchema.parse(
    JSON.parse(readFileSync(join(workspace, 'runs', id, 'result.json'), 'utf8')),
  );
  if (read.status !== 'finished') throw new Error(`${id} has not finished`);
  return read;
}

interface Judged {
  id: string;
  truth: string;
  /** What the run says without test-time augmentation, and with it. */
  plain: string;
  tta: string;
}
/** What a run says of a target of each picture of the hold-out. */
async function judged(run: string, target: string): Promise<Judged[]> {
  const { sets, targets: all } = await readPredictions(join(workspace, 'runs', run));
  const place = all.findIndex(({ name }) => name === target);
  const { classes } = all[place]!;
  const { ids: pictures, labels, plain, tta } = sets.holdout!;
  const told = (table: Float32Array, row: number): string => {
    const chances = [...table.subarray(row * classes.length, (row + 1) * classes.length)];
    return classes[chances.indexOf(Math.max(...chances))]!;
  };
  return pictures.map((id, row) => ({
    id,
    truth: classes[labels![place]![row]!]!,
    plain: told(plain[place]!, row),
    tta: told(tta![place]!, row),
  }));
}

/** Where the places of marks on an axis stand in the order of their values: the same places have the same values. */
const ranks = (values: readonly number[]): number[] => {
  const sorted = [...new Set(values.map((value) => Number(value.toPrecision(6))))].sort((a, b) => a - b);
  return values.map((value) => sorted.indexOf(Number(value.toPrecision(6))));
};

test.beforeAll(async () => {
  const { diseases, varieties, writeRuns } = await import('../support/example-workspace.mjs');
  const [label, variety] = [diseases.slice(0, 4), varieties.slice(0, 3)];
  ids = writeRuns(workspace, {
    ...{ runs: 10, epochs: 2, holdout: 40, test: 4 },
    targets: [
      { name: 'label', classes: label },
      { name: 'variety', classes: variety },
    ],
  });
  await granary.start();
  const { page } = granary;
  await page.keyboard.press('Control+4');
  await page.getByLabel('Mark all runs').check();
  await page.keyboard.press('Control+5');
  await expect(page.getByTestId('compared')).toHaveCount(10);
});
test.afterAll(async () => {
  // (There are no files of the pictures on which these runs disagree.)
  expect(granary.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});

test('any setting against any figure: each dot stands where its run’s folder says', async () => {
  const { page } = granary;
  const scatter = page.getByTestId('scatter');
  const dots = scatter.locator('path');
  for (const [across, up, x, y] of [
    [
      'lr',
      'Hold-out error',
      (id: string) => config(id).lr,
      (id: string) => result(id).holdout[0]!.errorRate!,
    ],
    ['Time', 'Valid. loss', (id: string) => result(id).seconds, (id: string) => result(id).valid[0]!.loss],
  ] as const) {
    await page.getByLabel('Sideways axis of the scatter plot').selectOption({ label: across });
    await page.getByLabel('Upward axis of the scatter plot').selectOption({ label: up });
    await expect(scatter.getByRole('group', { name: `${up} against ${across}, 10 runs` })).toBeVisible();
    const places = await dots.evaluateAll((all) =>
      all.map((dot) => ({
        run: (dot as SVGElement).dataset['run']!,
        x: (dot as SVGPathElement).transform.baseVal[0]!.matrix.e,
        y: -(dot as SVGPathElement).transform.baseVal[0]!.matrix.f,
      })),
    );
    expect(new Set(places.map(({ run }) => run))).toEqual(new Set(ids));
    expect(ranks(places.map((place) => place.x))).toEqual(ranks(places.map(({ run }) => x(run))));
    expect(ranks(places.map((place) => place.y))).toEqual(ranks(places.map(({ run }) => y(run))));
  }
});

test('an axis is added to the parallel coordinates, and each line has its run’s value there', async () => {
  const { page } = granary;
  const parallel = page.getByTestId('parallel');
  await parallel.getByRole('button', { name: 'Axes' }).click();
  await page.getByRole('group', { name: 'Axes' }).getByText('Valid. loss', { exact: true }).click();
  await page.keyboard.press('Escape');
  const names = parallel.locator('path');
  await expect(names.first()).toHaveAccessibleName(/Valid\. loss/);
  const told = await names.evaluateAll((all) => all.map((line) => line.getAttribute('aria-label')!));
  const shown = told.map((words) => /Valid\. loss (\d\.\d+)/.exec(words)![1]).sort();
  expect(shown).toEqual(ids.map((id) => result(id).valid[0]!.loss.toFixed(4)).sort());
});

test('runs that share a colour look different in every picture, and each as beside its name', async () => {
  const { page } = granary;
  /** Colour and stroke, colour and outline of each run's mark; null where the picture has none. */
  const looks = (marks: Locator) =>
    marks.evaluateAll((all) =>
      all.map((mark) => {
        const { run } = (mark as HTMLElement).dataset;
        const own = mark.getAttribute('role') === 'button';
        const dash = (own ? mark : mark.querySelector('line')!).getAttribute('stroke-dasharray');
        const point = (own ? mark : mark.querySelector('svg path')!) as SVGPathElement;
        const { fill, stroke } = getComputedStyle(point);
        return { run: run!, stroke: `${own ? stroke : fill} ${dash}`, point: `${fill} ${corners(point)}` };
        /** Commands of the outline: shapes of any size have theirs. */
        function corners(path: SVGPathElement): string {
          const { width, height } = path.getBBox();
          const area = (width / height).toFixed(2);
          return `${path.getAttribute('d')!.replace(/[^A-Z]/g, '')} ${area}`;
        }
      }),
    );
  const byRun = (all: Awaited<ReturnType<typeof looks>>, what: 'stroke' | 'point') =>
    Object.fromEntries(all.map((one) => [one.run, one[what]]));
  const beside = await looks(page.getByTestId('compared'));
  expect(beside).toHaveLength(10);
  expect(new Set(beside.map(({ stroke }) => stroke)).size).toBe(10);
  expect(new Set(beside.map(({ point }) => point)).size).toBe(10);
  const lines = await looks(page.getByTestId('parallel').locator('path'));
  expect(byRun(lines, 'stroke')).toEqual(byRun(beside, 'stroke'));
  const dots = await looks(page.getByTestId('scatter').locator('path'));
  expect(byRun(dots, 'point')).toEqual(byRun(beside, 'point'));
  await expect(page.getByTestId('differences').locator('th svg')).toHaveCount(10);
});

test('what each run confuses, of each target and with TTA, and the pictures on which they disagree, are those of their predictions', async () => {
  const { page } = granary;
  // Three of them, so that a picture on which they disagree is not every one.
  const compared = page.getByTestId('compared');
  for (let left = 9; left >= 3; left -= 1) {
    await compared.last().getByRole('button').click();
    await expect(compared).toHaveCount(left);
  }
  const matrices = page.getByTestId('confusion');
  await expect(matrices).toHaveCount(3);
  for (const target of targets)
    for (const kind of ['plain', 'tta'] as const) {
      await page.getByRole('combobox', { name: 'Target' }).selectOption(target);
      await page.getByLabel('With TTA').setChecked(kind === 'tta');
      const runs = await matrices.evaluateAll((all) =>
        all.map((one) => (one as HTMLElement).dataset['run']!),
      );
      const said = await Promise.all(runs.map((run) => judged(run, target)));
      for (const [place, of] of said.entries()) {
        const matrix = matrices.nth(place);
        const wrong = of.filter((one) => one[kind] !== one.truth).length;
        await expect(matrix).toContainText(`${percent(wrong / of.length)} of 40 wrong`);
        const classes = (await matrix.locator('tbody th').allInnerTexts()).map((text) => text.trim());
        const counts = await matrix
          .locator('tbody tr')
          .evaluateAll((rows) =>
            rows.map((row) => [...row.querySelectorAll('td.cell')].map((cell) => Number(cell.textContent))),
          );
        expect(counts).toEqual(
          classes.map((truth) =>
            classes.map((told) => of.filter((one) => one.truth === truth && one[kind] === told).length),
          ),
        );
      }
      const differ = said[0]!
        .filter(({ id }) => {
          const answers = said.map((of) => of.find((one) => one.id === id)![kind]);
          return new Set(answers).size > 1;
        })
        .map(({ id }) => id);
      await expect(page.getByTestId('disagreeing')).toHaveText(`${differ.length} of 40 pictures`);
      const rows = page.getByTestId('disagreement');
      const listed = await rows.evaluateAll((all) =>
        all.map((row) => (row as HTMLElement).dataset['image']!),
      );
      expect([...listed].sort()).toEqual([...differ].sort());
      const [first] = said[0]!.filter(({ id }) => id === listed[0]);
      await expect(rows.first().locator('td').nth(1)).toHaveText(first!.truth);
      for (const [place, of] of said.entries())
        await expect(
          rows
            .first()
            .locator('td')
            .nth(2 + place),
        ).toContainText(of.find(({ id }) => id === listed[0])![kind]);
    }
});

test('each member of an ensemble has its own error beside it, with TTA and without, and every run its colour in all views', async () => {
  const { page } = granary;
  const colors = async (marks: Locator, of: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      await marks.evaluateAll(
        (all, inside) =>
          all.map((row) => [
            (row as HTMLElement).dataset['run']!,
            getComputedStyle(row.querySelector(inside)!).backgroundColor,
          ]),
        of,
      ),
    );
  await page.keyboard.press('Control+4');
  await expect(page.getByTestId('run-row')).toHaveCount(10);
  const inTable = await colors(page.getByTestId('run-row'), '.swatch');
  // Eight colours that people with each kind of colour blindness tell apart; more runs than colours begin again.
  expect(new Set(Object.values(inTable)).size).toBe(8);
  expect(new Set(ids.slice(0, 8).map((id) => inTable[id])).size).toBe(8);

  await page.keyboard.press('Control+6');
  await page.getByRole('button', { name: /^Take the/ }).click();
  const members = page.getByTestId('member');
  await expect(members).toHaveCount(8);
  const taken = await members.evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset['run']!));
  expect(await colors(members, '.swatch')).toEqual(Object.fromEntries(taken.map((id) => [id, inTable[id]])));
  for (const choice of ['With TTA', 'Plain'] as const) {
    await page.getByRole('radio', { name: choice }).check();
    for (const id of taken) {
      const { holdout } = result(id);
      await expect(
        page.locator(`[data-testid="member"][data-run="${id}"]`).getByTestId('own-error'),
      ).toHaveText(
        targets.map((target) => {
          const of = holdout.find((one) => one.target === target)!;
          return percent((choice === 'Plain' ? of.errorRate : of.ttaErrorRate)!);
        }),
      );
    }
  }
});

test('news of a run that is not compared reads nothing anew; news of one that is does', async () => {
  const { app, page } = granary;
  await page.keyboard.press('Control+4');
  await page.getByLabel('Mark all runs').check();
  await page.locator(`[data-testid="run-row"][data-run="${ids[9]!}"]`).getByRole('checkbox').uncheck();
  await page.keyboard.press('Control+5');
  await expect(page.getByTestId('compared')).toHaveCount(9);
  await expect(page.getByTestId('disagreeing')).toBeVisible();
  await page.getByLabel('All 10 runs that the table lists').check();
  await app.evaluate(({ ipcMain }) => {
    // Electron's own table of who answers what.
    const { _invokeHandlers: answers } = ipcMain as unknown as {
      _invokeHandlers: Map<string, (...given: unknown[]) => unknown>;
    };
    const asked: string[] = [];
    for (const [channel, answer] of answers)
      if (channel.startsWith('compare:'))
        answers.set(channel, (...given) => {
          asked.push(channel);
          return answer(...given);
        });
    Object.assign(globalThis, { asked });
  });
  const asked = () => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
  const rename = (id: string, name: string): void =>
    writeFileSync(
      join(workspace, 'runs', id, 'notes.json'),
      JSON.stringify({ version: 1, name, tags: [], note: '', archived: false }),
    );
  const dot = (name: string) => page.getByTestId('scatter').getByRole('button', { name: `${name}:` });
  rename(ids[9]!, 'not compared');
  await expect(dot('not compared')).toBeVisible();
  expect(await asked()).toEqual([]);
  rename(ids[0]!, 'compared');
  await expect(dot('compared')).toBeVisible();
  await expect
    .poll(async () => new Set(await asked()))
    .toEqual(new Set(['compare:curves', 'compare:confusions', 'compare:disagreements']));
});
