import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { usualColumns } from '../../../shared/run-table/usual-columns.ts';
import { epochLogSchema, runHeaderSchema, runResultSchema } from '../../../shared/records/run-record.ts';
import { writeRuns } from '../../support/example-workspace.mjs';
import { buildCli, granary as run } from './cli-process.ts';

let cli: { script: string; remove: () => void };
let workspace: string;
let ids: string[];
beforeAll(async () => {
  cli = await buildCli();
  workspace = mkdtempSync(join(tmpdir(), 'granary-cli-'));
  const targets = [
    { name: 'label', classes: ['a', 'b', 'c'] },
    { name: 'variety', classes: ['x', 'y'] },
  ];
  ids = writeRuns(workspace, { runs: 3, epochs: 3, holdout: 30, valid: 40, targets });
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const granary = (...args: string[]) => run(cli.script, args, workspace);
async function table(...args: string[]): Promise<{ head: string[]; rows: Record<string, string>[] }> {
  const { out, code } = await granary('runs', '--csv', ...args);
  expect(code).toBe(0);
  const { data, meta } = Papa.parse<Record<string, string>>(out.trim(), { header: true });
  return { head: meta.fields!, rows: data };
}
function folderOf(id: string) {
  const text = (name: string): string => readFileSync(join(workspace, 'runs', id, name), 'utf8');
  return {
    header: runHeaderSchema.parse(JSON.parse(text('config.json'))),
    epochs: text('epochs.jsonl')
      .trim()
      .split('\n')
      .map((line) => epochLogSchema.parse(JSON.parse(line))),
    result: existsSync(join(workspace, 'runs', id, 'result.json'))
      ? runResultSchema.parse(JSON.parse(text('result.json')))
      : null,
  };
}

it('has the usual columns with every digit that the run folders have', async () => {
  const { head, rows } = await table();
  const known = ['valid.rmse', 'valid.mae'];
  expect(head).toEqual(['id', 'name', ...usualColumns, 'target']);
  expect(rows.map(({ id }) => id)).toEqual(ids);
  for (const row of rows) {
    const { header, epochs, result } = folderOf(row['id']!);
    if (result?.status !== 'finished') throw new Error(`${row['id']} has not finished`);
    const [valid, holdout] = [result.valid[0]!, result.holdout[0]!];
    expect(row['target']).toBe('label');
    expect(row['name']).toBe(header.name);
    expect(row['created']).toBe(header.created);
    expect(Number(row['epochs_done'])).toBe(epochs.length);
    expect(Number(row['valid.error_rate'])).toBe(valid.errorRate);
    expect(Number(row['valid.loss'])).toBe(valid.loss);
    expect(Number(row['valid.error_rate.tta'])).toBe(valid.ttaErrorRate);
    expect(Number(row['holdout.error_rate'])).toBe(holdout.errorRate);
    expect(Number(row['valid.error_rate.best'])).toBe(
      Math.min(...epochs.map(({ targets }) => targets[0]!.errorRate), Infinity),
    );
    for (const name of known) expect(row[name]).toBe('');
  }
});

it('has the figures of the target that is asked for, the columns, filter and order, too', async () => {
  const { head, rows } = await table(
    ...[
      '--target',
      'variety',
      '--columns',
      'id,valid.loss,lr',
      '--sort',
      '-valid.loss',
      '--filter',
      'state=failed',
    ],
  );
  expect(head).toEqual(['id', 'valid.loss', 'lr', 'target']);
  expect(rows).toEqual([]);
  const all = await table('--target', 'variety', '--columns', 'id,valid.loss,lr', '--sort', '-valid.loss');
  const losses = all.rows.map((row) => Number(row['valid.loss']));
  expect(losses).toEqual([...losses].sort((a, b) => b - a));
  for (const row of all.rows) {
    const { header, result } = folderOf(row['id']!);
    if (result?.status !== 'finished') throw new Error(`${row['id']} has not finished`);
    expect(Number(row['valid.loss'])).toBe(result.valid[1]!.loss);
    expect(Number(row['lr'])).toBe(header.config.lr);
    expect(row['target']).toBe('variety');
  }
});

it('lets no name, tag or note become a formula', async () => {
  await granary('rename', ids[1]!, '=HYPERLINK("http://example.org","x")');
  await granary('tag', ids[1]!, '@night', '+x');
  await granary('note', ids[1]!, '=1+1');
  const { rows } = await table('--columns', 'name,tag,note', '--filter', 'tag=@night');
  expect(rows).toEqual([
    { name: '\'=HYPERLINK("http://example.org","x")', tag: "'@night +x", note: "'=1+1" },
  ]);
});

it('refuses a column that there is not, and two forms at once', async () => {
  const wrong = await granary('runs', '--csv', '--columns', 'id,errror');
  expect(wrong).toMatchObject({ code: 1, out: '' });
  expect(wrong.err).toContain('Runs have no "errror"');
  const both = await granary('runs', '--csv', '--json');
  expect(both.code).toBe(1);
  expect(JSON.parse(both.out)).toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/--csv.*--json/) as string,
  });
});
