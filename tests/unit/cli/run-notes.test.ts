import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendEpoch, createRunFolder, writeConfig, writeResult } from '../../../src-main/runs/run-writer.ts';
import { exampleEpoch, exampleHeader, exampleResult } from '../runs/example-run.ts';
import { buildCli, granary as run } from './cli-process.ts';

let cli: { script: string; remove: () => void };
let workspace: string;
beforeAll(async () => {
  cli = await buildCli();
  workspace = mkdtempSync(join(tmpdir(), 'granary-cli-'));
  for (const id of ['20261123-a-k3x9', '20261123-b-p0zz', '20261123-c-7a1c']) {
    const folder = createRunFolder(workspace, id);
    writeConfig(folder, exampleHeader(id));
    appendEpoch(folder, exampleEpoch(1));
    writeResult(folder, exampleResult());
  }
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(workspace, { recursive: true, force: true });
});
const granary = (...args: string[]) => run(cli.script, args, workspace);
const listed = async (...args: string[]): Promise<string> => {
  const { out } = await granary('runs', '--json', ...args);
  return (JSON.parse(out) as { run: string }[]).map((one) => one.run.slice(-4)).join(' ');
};

describe('what people say of runs', () => {
  it('takes no name of several lines or with control characters', async () => {
    for (const name of ['two\nlines', 'red \u001b[31m']) {
      const { code, err } = await granary('rename', '7a1c', name);
      expect([code, err]).toEqual([1, expect.stringMatching(/^USAGE: .*a name is one line/)]);
    }
  });

  it('tags, renames and notes a run, and finds it by them', async () => {
    expect((await granary('tag', 'k3x9', 'night2', 'good')).out).toContain('tags night2, good');
    expect((await granary('tag', 'k3x9', '--remove', 'good')).out).toContain('tags night2');
    await granary('rename', 'p0zz', 'long squish');
    await granary('note', 'p0zz', 'loss jumps');
    expect(await listed('--filter', 'tag=night2')).toBe('k3x9');
    expect(await listed('--filter', 'jumps')).toBe('p0zz');
    expect(await listed('--sort', '-name')).toBe('7a1c k3x9 p0zz');
    const { out } = await granary('runs', '--columns', 'name,tag,valid.error_rate', '--filter', 'tag=night2');
    expect(out).toBe(
      'name                tag     valid.error_rate\nresnet18 squish 32  night2             20.0%\n',
    );
  });

  it('archives runs, lists them apart, and takes it back', async () => {
    await granary('archive', 'k3x9', '7a1c');
    expect(await listed()).toBe('p0zz');
    expect(await listed('--archived')).toBe('k3x9 7a1c');
    await granary('archive', '--undo', 'k3x9', '7a1c');
    expect(await listed()).toBe('k3x9 p0zz 7a1c');
  });

  it('changes nothing when one of the ids is wrong, and explains a bad tag, colour, filter and column', async () => {
    const answers = await Promise.all([
      granary('archive', 'k3x9', 'nothing', '--json'),
      granary('tag', 'k3x9', 'two words', '--json'),
      granary('color', 'k3x9', 'red', '--json'),
      granary('runs', '--filter', 'eror<1', '--json'),
      granary('runs', '--columns', 'name,colour'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1]);
    expect(answers[0].out).toContain('RUN_NOT_FOUND');
    expect(answers[1].out).toContain('a tag is a word');
    expect(answers[3].out).toContain('Runs have no \\"eror\\"');
    expect(answers[4].err).toContain('Runs have no "colour"');
    expect(await listed()).toBe('k3x9 p0zz 7a1c');
  });
});
