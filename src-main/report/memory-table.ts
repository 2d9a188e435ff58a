import { formatMb } from '../../shared/memory.ts';
import type { Attempt } from '../../shared/records/attempts.ts';
import { precisionNote } from '../../shared/records/precision.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { attemptEnd, attemptFrom, runMemory } from '../../shared/run-table/run-memory.ts';
import { escapeHtml } from './svg-lines.ts';

/**
 * How each run was made to fit the memory, what it took, and every process that was replaced.
 * @param attempts of each run, by its id
 */
export function memoryTable(
  runs: readonly RunSummary[],
  attempts: ReadonlyMap<string, readonly Attempt[]>,
): string {
  const mb = (value: number | null | undefined): string => (value == null ? '–' : formatMb(value));
  const rows = runs.flatMap(({ id, header, epochs, result }) => {
    if (header === null) return [];
    const of = attempts.get(id) ?? [];
    const { batch, checkpointing, plan, truePeakMb, processes } = runMemory({ header, epochs, result }, of);
    const replaced = of
      .filter(({ number }) => number > 1)
      .map((one) => `Process ${one.number} went on ${attemptFrom(one)}, ${one.reason}${endOf(one)}.`);
    const why = [plan?.reason ?? 'Nothing was planned.', ...replaced].join(' ');
    return [
      `<tr><td>${escapeHtml(header.name)}</td><td>${batch}${checkpointing ? ', checkpointing' : ''}${precisionNote(header.config.precision)}</td>` +
        `<td>${mb(plan?.predictedMb)}</td><td>${mb(plan?.probedMb)}</td><td>${mb(truePeakMb)}</td><td>${mb(plan?.marginMb)}</td>` +
        `<td>${processes}</td><td class="text">${escapeHtml(why)}</td></tr>`,
    ];
  });
  if (rows.length === 0) return '';
  return (
    `<h2>Memory</h2><div class="scroll"><table class="runs"><caption>Micro-batch × accumulation = effective batch, which never changes. ` +
    `True peak: the highest memory of the worker, the card's where it trained on one, else main memory.</caption><thead><tr><th class="text">Run</th><th>Batch</th><th>Predicted</th><th>Probed</th>` +
    `<th>True peak</th><th>Margin</th><th>Processes</th><th class="text">Why</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}

function endOf(attempt: Attempt): string {
  const end = attemptEnd(attempt);
  return end === null || end === 'finished' ? '' : `; it ${end}`;
}
