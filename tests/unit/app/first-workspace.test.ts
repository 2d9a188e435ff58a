import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anotherWorkspace, openFirstWorkspace } from '../../../src-main/app/first-workspace.ts';
import { Workbench } from '../../../src-main/scheduler/workbench.ts';

let folder: string;
let usual: string;
let opened: Workbench[];
let remembered: string[];
const open = async (path: string): Promise<void> => void opened.push(await Workbench.open(path));
const nothingToChoose = (): Promise<null> => Promise.reject(new Error('It asked.'));
const remember = (path: string): void => void remembered.push(path);
const shown = (): string | undefined => opened.at(-1)?.workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-first-'));
  usual = join(folder, 'usual');
  opened = [];
  remembered = [];
});
afterEach(async () => {
  await Promise.all(opened.map((workbench) => workbench.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe('the workspace that the app starts with', () => {
  it('is the usual one at first, and says nothing', async () => {
    const asked = {
      ...{ explicit: undefined, remembered: undefined, usual, open, remember, choose: nothingToChoose },
    };
    expect(await openFirstWorkspace(asked)).toEqual({ opened: true, notice: null });
    expect(shown()).toBe(usual);
  });

  it('is the usual one where the remembered one is gone, which is told; that is not made anew', async () => {
    const gone = join(folder, 'gone');
    const { notice } = await openFirstWorkspace({
      ...{ explicit: undefined, remembered: gone, usual, open, remember, choose: nothingToChoose },
    });
    expect(shown()).toBe(usual);
    expect(notice).toContain(`There is no folder ${gone}`);
    expect(existsSync(gone)).toBe(false);
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
    const asked = { explicit: file, remembered: undefined, usual, open, remember, choose };
    expect(await openFirstWorkspace(asked)).toEqual({ opened: true, notice: null });
    expect(told).toHaveLength(2);
    expect(told[0]).toContain(file);
    expect(shown()).toBe(join(folder, 'chosen'));
    // What could not be opened would be asked about again at every start.
    expect(remembered).toEqual([join(folder, 'chosen')]);
    expect(await openFirstWorkspace(asked)).toEqual({ opened: false, notice: null });
    expect(existsSync(usual)).toBe(false);
  });

  it('is asked for again where the picker was closed, until nobody wants another', async () => {
    const answers = [true, true, false];
    const picked = [null, '/chosen'];
    const another = (): Promise<boolean> => Promise.resolve(answers.shift()!);
    const pick = (): Promise<string | null> => Promise.resolve(picked.shift()!);
    expect(await anotherWorkspace(another, pick)).toBe('/chosen');
    expect(await anotherWorkspace(another, pick)).toBeNull();
    expect(answers).toEqual([]);
  });
});
