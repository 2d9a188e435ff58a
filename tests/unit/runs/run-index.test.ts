import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignColors } from '../../../src-main/runs/run-colors.ts';
import { RunIndex } from '../../../src-main/runs/run-index.ts';
import { changeNotes } from '../../../src-main/runs/run-notes.ts';
import { appendEpoch, createRunFolder, writeConfig, writeResult } from '../../../src-main/runs/run-writer.ts';
import { exampleEpoch, exampleHeader, exampleResult } from './example-run.ts';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-index-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function finished(id: string): string {
  const folder = createRunFolder(workspace, id);
  writeConfig(folder, exampleHeader(id));
  appendEpoch(folder, exampleEpoch(1));
  writeResult(folder, exampleResult());
  return folder;
}

describe('RunIndex', () => {
  it('reads a folder once, and again only when it changed', async () => {
    for (const id of ['a', 'b', 'c']) finished(id);
    const index = new RunIndex(workspace);
    expect((await index.rows()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(index.reads).toBe(3);
    await index.rows();
    expect(index.reads).toBe(3);
    changeNotes(workspace, 'b', { name: 'the best', tags: ['good'] });
    expect((await index.rows())[1]).toMatchObject({ id: 'b', name: 'the best', tags: ['good'] });
    expect(index.reads).toBe(4);
    rmSync(join(workspace, 'runs', 'a'), { recursive: true });
    expect((await index.rows()).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(index.reads).toBe(4);
  });

  it('looks at a run that trains each time, for its worker may have died; questions at once share a reading', async () => {
    const folder = createRunFolder(workspace, 'live');
    writeConfig(folder, exampleHeader('live'));
    const index = new RunIndex(workspace);
    await Promise.all([index.rows(), index.rows()]);
    expect(index.reads).toBe(1);
    expect((await index.rows())[0]!.state).toBe('running');
    expect(index.reads).toBe(2);
  });

  it('lists a half-written and a damaged folder without hiding the others', async () => {
    finished('good');
    mkdirSync(join(workspace, 'runs', 'empty'));
    writeFileSync(join(finished('torn'), 'config.json'), '{"version": 1, "id"');
    const rows = await new RunIndex(workspace).rows();
    expect(rows.map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
      'good finished',
      'torn unreadable',
    ]);
  });

  it('gives each run a colour that it keeps when others go', async () => {
    for (const id of ['a', 'b', 'c']) finished(id);
    expect((await new RunIndex(workspace).rows()).map(({ color }) => color)).toEqual([1, 2, 3]);
    rmSync(join(workspace, 'runs', 'a'), { recursive: true });
    finished('d');
    expect((await new RunIndex(workspace).rows()).map(({ color }) => color)).toEqual([2, 3, 4]);
    changeNotes(workspace, 'b', { color: '#123456' });
    expect((await new RunIndex(workspace).rows())[0]!.color).toBe('#123456');
  });
});

describe('assignColors', () => {
  it('begins the palette again after its last', () => {
    const { colors } = assignColors(
      new Map(),
      Array.from({ length: 10 }, (_, index) => `r${index}`),
    );
    expect([...colors.values()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 1, 2]);
  });
});

describe('changeNotes', () => {
  it('changes what is asked for and says what was before, so that it can be undone', () => {
    finished('a');
    changeNotes(workspace, 'a', { tags: ['x', 'x', 'y'], note: 'first' });
    const { before, after } = changeNotes(workspace, 'a', { archived: true });
    expect(before).toMatchObject({ tags: ['x', 'y'], note: 'first', archived: false });
    expect(after).toEqual({ ...before, archived: true });
  });

  it('refuses what is no tag, and a run that is not there', () => {
    finished('a');
    expect(() => changeNotes(workspace, 'a', { tags: ['two words'] })).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
    expect(() => changeNotes(workspace, 'gone', { note: 'x' })).toThrow(
      expect.objectContaining({ code: 'RUN_NOT_FOUND' }),
    );
    expect(() => changeNotes(workspace, '../a', { note: 'x' })).toThrow(
      expect.objectContaining({ code: 'RUN_NOT_FOUND' }),
    );
  });

  it('puts a damaged file aside instead of writing over it', () => {
    const folder = finished('a');
    writeFileSync(join(folder, 'notes.json'), '{"note": "precious');
    changeNotes(workspace, 'a', { tags: ['x'] });
    const aside = readdirSync(folder).find((name) => name.startsWith('notes.json.damaged-'));
    expect(readFileSync(join(folder, aside!), 'utf8')).toContain('precious');
  });
});
