import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './errors.mjs';
import { MANIFEST } from './parts.mjs';
import { root } from './paths.mjs';
import { lastLines, runProgram } from './process.mjs';

const STAMP = join(root, '.native', 'verified.json');

/** What was verified when: when this text is the same, nothing needs verifying again. */
function fingerprint(parts) {
  const made = parts.map((part) => [part, statSync(join(part, MANIFEST)).mtimeMs]);
  return JSON.stringify({ made, node: process.versions.node });
}

/** Trains a tiny step in a child process, unless exactly these parts were seen to work on this Node before. */
export async function verifyNative(parts, changed) {
  if (!changed && isVerified(parts)) return;
  console.log('Checking it: training a tiny network');
  const run = await runProgram(process.execPath, [fileURLToPath(new URL('tiny-step.mjs', import.meta.url))], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2' },
    timeoutMs: 180_000,
  });
  if (run.code !== 0) {
    throw new SetupError(
      'NATIVE_BROKEN',
      `TensorFlow was set up, but a tiny training step failed (exit ${run.code}):\n${lastLines(run.output, 12)}`,
      `Delete ${parts.join(' and ')} and run set-up again. With an NVIDIA card, GRANARY_TENSORFLOW=cpu takes the CPU build instead.`,
    );
  }
  writeFileSync(STAMP, fingerprint(parts));
  console.log(`  ${run.output.trim().split('\n').at(-1)}`);
}

function isVerified(parts) {
  try {
    return readFileSync(STAMP, 'utf8') === fingerprint(parts);
  } catch {
    return false;
  }
}
