import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import { StatusLine } from '../../../src-main/cli/progress.ts';
import { JsonDisplay, TerminalDisplay } from '../../../src-main/cli/run-display.ts';
import { exampleEpoch, exampleHeader } from '../runs/example-run.ts';

/** A terminal of some width that remembers what was written to it. */
function terminal(columns: number, isTTY = true): NodeJS.WriteStream & { text: () => string } {
  const parts: string[] = [];
  return {
    columns,
    isTTY,
    write: (part: string) => parts.push(part) > 0,
    text: () => parts.join(''),
  } as never;
}

const step: WorkerEvent = {
  type: 'step',
  runId: 'a',
  epoch: 2,
  step: 30,
  totalSteps: 60,
  loss: 0.51234,
  lr: 0.001,
  imagesPerSecond: 117.6,
  rssMb: 900,
  etaSeconds: 43,
};

function printed(action: () => void): string {
  const spy = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    action();
    return spy.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    spy.mockRestore();
  }
}

describe('the live display', () => {
  it('says a warning of a run once, though a process that goes on with it says it again', () => {
    const display = new TerminalDisplay(new StatusLine(false, terminal(200)));
    const warn = (run: string): void =>
      display.hear(run, { type: 'warning', message: 'It normalises.' }, '1/2', null);
    const out = printed(() => ['a', 'a', 'b'].forEach(warn));
    expect(out.match(/It normalises\./g)).toHaveLength(2);
  });

  it('prints no control characters of the labels that a warning names', () => {
    const display = new TerminalDisplay(new StatusLine(false, terminal(200)));
    const out = printed(() =>
      display.hear('a', { type: 'warning', message: 'No picture shows "\x1b[2Jblast".' }, '1/1', null),
    );
    expect(out).toContain('No picture shows "\uFFFD[2Jblast".');
  });

  it('shows bar, loss, error, rate and both times left, and a table line an epoch', () => {
    const screen = terminal(200);
    const display = new TerminalDisplay(new StatusLine(true, screen));
    const out = printed(() => {
      display.hear('a', { type: 'run-started', header: exampleHeader('run-a') }, '2/4', null);
      display.hear('a', { type: 'epoch', runId: 'a', log: exampleEpoch(1) }, '2/4', null);
    });
    expect(out).toMatch(/\[2\/4\] resnet18 squish 32.*run-a/);
    expect(out).toContain(
      '8 to train, 2 to validate, 1 held out; batch 64 = 4 × 1; 11.0 M parameters, weights none; seed 7',
    );
    const whole = exampleHeader('run-h');
    const half = { ...whole, config: { ...whole.config, precision: 'bfloat16' as const } };
    expect(printed(() => display.hear('h', { type: 'run-started', header: half }, '1/1', null))).toContain(
      'batch 64 = 4 × 1, bfloat16; 11.0 M parameters',
    );
    const weights = {
      source: 'hub:timm/x',
      missing: ['fc.weight', 'fc.bias'],
      unexpected: ['a', 'b', 'c', 'd'],
    };
    const named = printed(() =>
      display.hear('b', { type: 'run-started', header: { ...exampleHeader('run-b'), weights } }, '1/1', null),
    );
    expect(named).toContain(
      'weights hub:timm/x, new head (fc.weight, fc.bias), not used: a, b, c and 1 more; seed',
    );
    expect(out).toMatch(/epoch +train_loss +valid_loss +error_rate +images\/s +time/);
    expect(out).toMatch(/1 frozen +1\.200000 +1\.000000 +0\.500000 +20 +0:04/);
    display.hear('a', step, '2/4', 250);
    expect(screen.text()).toContain(
      `[2/4] epoch 2/6 ${'━'.repeat(12)}${'╌'.repeat(12)} 50%  loss 0.5123  error 50.0%  118 images/s  run 0:43 left  queue 4:10 left`,
    );
  });

  it('gives each of several targets a line under the epoch’s, and its error in the bar', () => {
    const screen = terminal(200);
    const display = new TerminalDisplay(new StatusLine(true, screen));
    const log = exampleEpoch(1);
    const variety = { name: 'variety', trainLoss: 2, trainErrorRate: 0.75, validLoss: 1.5, errorRate: 0.625 };
    const targets = [...log.targets, variety];
    // Colours are on where the environment is a CI service's.
    const out = stripVTControlCharacters(
      printed(() => {
        display.hear('a', { type: 'epoch', runId: 'a', log: { ...log, targets } }, '2/4', null);
      }),
    );
    expect(out).toMatch(/1 frozen .*\n +1\.200000 +1\.000000 +0\.500000 +label\n/);
    expect(out).toMatch(/\n +2\.000000 +1\.500000 +0\.625000 +variety {2}\(training 0\.750000\)\n/);
    display.hear('a', step, '2/4', null);
    expect(screen.text()).toContain('error 50.0% 62.5%');
  });

  it('is cut to the terminal’s width, and draws nothing where there is no terminal', () => {
    const narrow = terminal(20);
    new TerminalDisplay(new StatusLine(true, narrow)).hear('a', step, '1/1', null);
    expect(narrow.text()).toBe('\r\x1b[K[1/1] epoch 2/? ━━━');
    const pipe = terminal(80, false);
    new TerminalDisplay(new StatusLine(true, pipe)).hear('a', step, '1/1', null);
    expect(pipe.text()).toBe('');
  });

  it('does not redraw more than ten times a second', () => {
    const screen = terminal(80);
    const status = new StatusLine(true, screen);
    for (let count = 0; count < 1000; count += 1) status.show(() => String(count));
    expect(screen.text()).toBe('\r\x1b[K0');
  });

  it('tells warnings once, where they stay readable', () => {
    const header = {
      ...exampleHeader('run-a'),
      warnings: ['Batch normalisation sees 4 pictures at a time.'],
    };
    const display = new TerminalDisplay(new StatusLine(true, terminal(80)));
    const out = printed(() => {
      display.hear('a', { type: 'run-started', header }, '1/1', null);
      display.hear('a', { type: 'warning', message: header.warnings[0]! }, '1/1', null);
    });
    expect(out.match(/Batch normalisation/g)).toHaveLength(1);
  });
});

describe('--json', () => {
  it('prints each event as a line that names its run', () => {
    const out = printed(() => new JsonDisplay().hear('run-a', step));
    expect(JSON.parse(out)).toEqual({ ...step, runId: 'run-a' });
    expect(out.endsWith('}\n')).toBe(true);
  });
});
