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

  describe('what outlives the process', () => {
    const cache = (): string => join(workspace, 'cache', 'run-rows.json');
    const ids = Array.from({ length: 12 }, (_, place) => `run-${String(place).padStart(2, '0')}`);

    it('gives the same rows without reading a folder again, but those that changed', async () => {
      for (const id of ids) finished(id);
      const rows = await new RunIndex(workspace).rows();
      changeNotes(workspace, 'run-03', { note: 'later' });
      const next = new RunIndex(workspace);
      expect(await next.rows()).toEqual(
        rows.map((row) => (row.id === 'run-03' ? { ...row, note: 'later' } : row)),
      );
      expect(next.reads).toBe(1);
    });

    it('is made anew when it is damaged, of another version, or of the wrong form', async () => {
      for (const id of ids) finished(id);
      const rows = await new RunIndex(workspace).rows();
      const whole = readFileSync(cache(), 'utf8');
      for (const damaged of [
        whole.slice(0, whole.length / 2),
        whole.replace(/"granary":"[^"]+"/, '"granary":"0.0.1"'),
        whole.replace('"epochsDone":1', '"epochsDone":"one"'),
      ]) {
        writeFileSync(cache(), damaged);
        const index = new RunIndex(workspace);
        expect(await index.rows()).toEqual(rows);
        expect(index.reads).toBe(ids.length);
        expect(JSON.parse(readFileSync(cache(), 'utf8'))).toEqual(JSON.parse(whole));
      }
    });

    it('holds no run that trains, and none that is gone', async () => {
      for (const id of ids) finished(id);
      writeConfig(createRunFolder(workspace, 'live'), exampleHeader('live'));
      await new RunIndex(workspace).rows();
      rmSync(join(workspace, 'runs', 'run-00'), { recursive: true });
      const next = new RunIndex(workspace);
      expect((await next.rows()).map(({ id }) => id).sort()).toEqual(['live', ...ids.slice(1)]);
      expect(next.reads).toBe(1);
    });
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
