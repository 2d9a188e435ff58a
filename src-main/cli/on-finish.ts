import { spawn } from 'node:child_process';
import type { QueueOutcome } from '../../shared/ipc/views.ts';

/**
 * Runs the command of `--on-finish` in the system's shell, as the user wrote it. How the queue ended is in its environment
 * and never in its text, so that no name of a run or folder can become part of a command. Its output goes to stderr.
 * @returns what went wrong, in words; null when it ended well
 */
export function runOnFinish(
  command: string,
  workspace: string,
  outcome: QueueOutcome,
): Promise<string | null> {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 2, 2],
    env: {
      ...process.env,
      GRANARY_WORKSPACE: workspace,
      GRANARY_QUEUE_STATE: outcome.state,
      GRANARY_QUEUE_FINISHED: String(outcome.finished),
      GRANARY_QUEUE_FAILED: String(outcome.failed),
      GRANARY_QUEUE_OTHERS: String(outcome.others),
    },
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`The command of --on-finish could not be run: ${error.message}.`));
    child.on('close', (code, signal) => {
      const how = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
      resolve(code === 0 ? null : `The command of --on-finish ${how}.`);
    });
  });
}
