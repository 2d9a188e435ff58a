import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { workerPath } from './fixture-worker.ts';

export type Line = Record<string, unknown> & { type: string };

/** A scheduler in a process of its own, and what it has said. */
export class SchedulerProcess {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  readonly ended: Promise<void>;
  #news: () => void = () => undefined;
  #gone = false;

  constructor(
    script: string,
    workspace: string,
    archs: string,
    epochs: number,
    environment: Record<string, string> = {},
  ) {
    this.child = spawn(process.execPath, [script, workspace, workerPath, archs, String(epochs)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      this.#news();
    });
    this.ended = new Promise((resolve) =>
      this.child.on('close', () => {
        this.#gone = true;
        this.#news();
        resolve();
      }),
    );
  }

  /** Resolves with the first line, past or future, that fits; rejects when it ends without one. */
  async until(fits: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found !== undefined) return found;
      if (this.#gone) throw new Error(`The scheduler ended: ${JSON.stringify(this.lines.at(-1))}`);
      await new Promise<void>((resolve) => {
        this.#news = resolve;
      });
    }
  }

  async killHard(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/**
 * Bundles the scheduler's script, as Node 20 does not run TypeScript, inside the checkout, so that it finds its package. Returns its path
 * and a function that deletes it.
 */
export async function buildScheduler(): Promise<{ script: string; remove: () => void }> {
  const cache = join(import.meta.dirname, '../../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'granary-scheduler-'));
  const script = join(folder, 'scheduler.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'scheduler-process.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  return { script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Polls until something is true; the test's own timeout ends it otherwise. */
export async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}
