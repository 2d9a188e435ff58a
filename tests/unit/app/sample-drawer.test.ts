import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { SampleDrawer } from '../../../src-main/app/sample-drawer.ts';
import { intoEmptyFolder } from '../../../src-main/dataset/sample/into-empty-folder.ts';

const workspace = mkdtempSync(join(tmpdir(), 'granary-sample-drawer-'));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

it('begins where another drawing was stopped only once that has cleared up behind itself', async () => {
  const drawer = new SampleDrawer();
  const folder = join(workspace, 'leaves');
  let begin = (): void => undefined;
  let stop = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const first = drawer.into(folder, 'whole', () =>
    intoEmptyFolder(folder, async (root) => {
      writeFileSync(join(root, 'part'), 'x');
      begin();
      await stopped;
      throw new Error('stopped');
    }),
  );
  await begun;
  const second = drawer.into(folder, 'whole', () =>
    intoEmptyFolder(folder, (root) => Promise.resolve(writeFileSync(join(root, 'whole'), 'x'))),
  );
  stop();
  await expect(first).rejects.toThrow('stopped');
  await second;
  expect(readdirSync(folder)).toEqual(['whole']);
  await drawer.into(folder, 'whole', () => Promise.reject(new Error('It is whole: nothing is drawn.')));
  expect(existsSync(join(folder, 'whole'))).toBe(true);
});
