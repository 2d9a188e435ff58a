import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CardGauge } from '../../../src-main/files/card-gauge.ts';

let folder: string;
let program: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-gauge-'));
  program = join(folder, 'nvidia-smi');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in that answers one question after another from these files, and writes down what it was asked. */
function driver(answers: { used: string; programs: string }): void {
  writeFileSync(join(folder, 'used'), answers.used);
  writeFileSync(join(folder, 'programs'), answers.programs);
  writeFileSync(
    program,
    `#!/bin/sh
echo "$*" >> ${folder}/asked
case "$*" in *compute-apps*) cat ${folder}/programs ;; *) cat ${folder}/used ;; esac
`,
  );
  chmodSync(program, 0o755);
}

const gauge = (options: { pid?: number; card?: string; onCards?: boolean } = {}): CardGauge =>
  new CardGauge({ onCards: true, programs: [join(folder, 'absent'), program], pid: 42, ...options });

describe('what a process takes of its card', () => {
  it('is what the driver names beside its id', () => {
    driver({ used: '900\n', programs: '7, 100\n42, 1812\n' });
    expect(gauge({ card: '1' }).peakMb()).toBe(1812);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toContain('--query-gpu=memory.used -i 1');
  });

  it.each(['', '42, [N/A]\n', '7, 100\n'])(
    'is the growth of what is used where the driver tells nothing of it: %j',
    (programs) => {
      driver({ used: '900\n', programs });
      const one = gauge();
      writeFileSync(join(folder, 'used'), '2400\n');
      expect(one.peakMb()).toBe(1500);
      writeFileSync(join(folder, 'used'), '[GPU is lost]\n');
      expect(one.peakMb()).toBeNull();
    },
  );

  it('is unknown without a driver, and nobody is asked where TensorFlow has no card', () => {
    expect(gauge().peakMb()).toBeNull();
    driver({ used: '900\n', programs: '42, 5\n' });
    expect(gauge({ onCards: false }).peakMb()).toBeNull();
    expect(() => readFileSync(join(folder, 'asked'))).toThrow('ENOENT');
  });
});
