import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFirstWorkspace } from '../../../src-main/app/first-workspace.ts';
import { Workbench } from '../../../src-main/scheduler/workbench.ts';

let folder: string;
let usual: string;
let opened: Workbench[];
const open = async (path: string): Promise<void> => void opened.push(await Workbench.open(path));
const nothingToChoose = (): Promise<null> => Promise.reject(new Error('It asked.'));
const shown = (): string | undefined => opened.at(-1)?.workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-first-'));
  usual = join(folder, 'usual');
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((workbench) => workbench.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe('the workspace that the app starts with', () => {
  it('is the usual one at first, and says nothing', async () => {
    const asked = { explicit: undefined, remembered: undefined, usual, open, choose: nothingToChoose };
    expect(await openFirstWorkspace(asked)).toEqual({ opened: true, notice: null });
    expect(shown()).toBe(usual);
  });

  it('is the usual one where the remembered one is gone, which is told; that is not made anew', async () => {
    const remembered = join(folder, 'gone');
    const { notice } = await openFirstWorkspace({
      ...{ explicit: undefined, remembered, usual, open, choose: nothingToChoose },
    });
    expect(shown()).toBe(usual);
    expect(notice).toContain(`There is no folder ${remembered}`);
    expect(existsSync(remembered)).toBe(false);
  });

  it('is chosen where none can be opened, until one can or nobody wants to', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'no folder');
    const told: string[] = [];
    const answers = [file, join(folder, 'chosen')];
    const choose = ({ message }: { message: string }): Promise<string | null> => {
      told.push(message);
      return Promise.resolve(answers.shift() ?? null);
    };
    const asked = { explicit: file, remembered: undefined, usual, open, choose };
    expect(await openFirstWorkspace(asked)).toEqual({ opened: true, notice: null });
    expect(told).toHaveLength(2);
    expect(told[0]).toContain(file);
    expect(shown()).toBe(join(folder, 'chosen'));
    expect(await openFirstWorkspace(asked)).toEqual({ opened: false, notice: null });
    expect(existsSync(usual)).toBe(false);
  });
});
