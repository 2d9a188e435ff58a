import type { Attempt } from '../../shared/records/attempts.ts';
import type { Ensemble } from '../../shared/records/ensemble.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { formatImageSize } from '../../shared/image-size.ts';
import { runColor } from '../../shared/palette.ts';
import { confusionTable } from './confusion-table.ts';
import { curves } from './curves.ts';
import type { HiddenScores } from './hidden-scores.ts';
import { memoryTable } from './memory-table.ts';
import { reportStyle } from './style.ts';
import { escapeHtml } from './svg-lines.ts';

/** What a report is made of. `scores`: error rates on hidden answers, where someone has them. */
export interface ReportInput {
  title: string;
  runs: readonly RunSummary[];
  ensemble: Ensemble | null;
  scores?: HiddenScores | undefined;
  /** Processes that worked at each run, by its id. */
  attempts?: ReadonlyMap<string, readonly Attempt[]>;
  version: string;
  created: string;
}

/** `12.3%`, or a dash where there is no figure. */
export function percent(rate: number | null | undefined): string {
  return rate === null || rate === undefined ? '–' : `${(rate * 100).toFixed(1)}%`;
}

/** A self-contained HTML page: one file, no script, nothing fetched. */
export function htmlReport(input: ReportInput): string {
  const judged = input.ensemble?.targets[0];
  const targets = targetsOf(input);
  const sections = [
    headline(input),
    ...targets.map(
      (target) =>
        `<h2>Runs${targets.length > 1 ? `: ${escapeHtml(target)}` : ''}</h2>` +
        `<div class="scroll">${runsTable(input, target)}</div>`,
    ),
    `<h2>Curves</h2><div class="charts">${curves(input.runs, targets)}</div>`,
    ...(input.ensemble?.targets ?? [])
      .filter((target) => target.images > 0)
      .map(
        (target) =>
          `<h2>What the ensemble confuses: ${escapeHtml(target.name)}</h2>` +
          `<div class="scroll">${confusionTable(target.classes, target.confusion)}</div>`,
      ),
    memoryTable(input.runs, input.attempts ?? new Map()),
  ];
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeHtml(input.title)}</title><style>${reportStyle}</style></head><body>` +
    `<h1>${escapeHtml(input.title)}</h1>` +
    `<p class="lead">${input.runs.length === 1 ? '1 run' : `${input.runs.length} runs`}${judged ? `, ensemble judged on ${judged.images} pictures (${judgedOn(input.ensemble!)})` : ''}.</p>` +
    `${sections.join('')}<footer>Granary ${escapeHtml(input.version)}, ${escapeHtml(input.created)}. ` +
    `Error rate: share of pictures whose most probable class is wrong. TTA: test-time augmentation.</footer></body></html>\n`
  );
}

function judgedOn(ensemble: Ensemble): string {
  if (ensemble.judgedOn === 'holdout') return 'the hold-out that no run trained on';
  if (ensemble.judgedOn === 'none') return 'nothing could judge it';
  return `out of bag: ${ensemble.membersPerImage.toFixed(1)} of ${ensemble.members.length} members a picture`;
}

/** Every target that some run was trained on, the ensemble's first. */
function targetsOf({ runs, ensemble }: ReportInput): string[] {
  const combined = ensemble?.targets.map(({ name }) => name) ?? [];
  return [
    ...new Set([...combined, ...runs.flatMap((run) => run.header?.targets.map(({ name }) => name) ?? [])]),
  ];
}

function headline({ ensemble, scores }: ReportInput): string {
  if (ensemble === null) return '';
  const several = ensemble.targets.length > 1;
  const cards = ensemble.targets.flatMap((target, place): [string, string][] => {
    const of = several ? `${target.name}: ` : '';
    const best = Math.min(...ensemble.members.map((member) => member.errorRate?.[place] ?? Infinity));
    const hidden = scores?.targets.get(target.name);
    return [
      [percent(target.errorRate), `${target.name}: ensemble’s error rate`],
      ...(Number.isFinite(best) ? [[percent(best), `${of}its best member alone`] as [string, string]] : []),
      ...(hidden
        ? [
            [percent(hidden.ensemble), `${of}submission, on ${hidden.images} hidden answers`] as [
              string,
              string,
            ],
          ]
        : []),
    ];
  });
  if (ensemble.exactMatch != null)
    cards.push([percent(ensemble.exactMatch.errorRate), 'wrong in at least one target']);
  const together = scores?.exactMatch;
  if (together != null)
    cards.push([
      percent(together.ensemble),
      `submission, wrong in at least one target, on ${together.images} hidden answers`,
    ]);
  return `<ul class="figures">${cards.map(([value, name]) => `<li><b>${value}</b><span>${escapeHtml(name)}</span></li>`).join('')}</ul>`;
}

/** The runs that were trained on a target, with their figures for it. */
function runsTable({ runs, ensemble, scores }: ReportInput, target: string): string {
  const weight = new Map(ensemble?.members.map((member) => [member.run, member]));
  const hidden = scores?.targets.get(target);
  const combined = ensemble?.targets.find(({ name }) => name === target);
  const shown = runs.flatMap((run, index) => {
    if (run.header !== null && !run.header.targets.some(({ name }) => name === target)) return [];
    const figures = run.result?.status === 'finished' ? run.result : null;
    const valid = figures?.valid.find((one) => one.target === target);
    const holdout = figures?.holdout.find((one) => one.target === target);
    return [{ run, index, valid, holdout, seconds: figures?.seconds }];
  });
  const lowest = (values: (number | null | undefined)[]): number =>
    Math.min(...values.map((value) => value ?? Infinity));
  const best = {
    plain: lowest(shown.map((row) => row.valid?.errorRate)),
    tta: lowest(shown.map((row) => row.valid?.ttaErrorRate)),
    holdout: lowest(shown.map((row) => row.holdout?.ttaErrorRate ?? row.holdout?.errorRate)),
  };
  const cell = (value: number | null | undefined, least: number): string =>
    `<td${value !== null && value !== undefined && value === least ? ' class="best"' : ''}>${percent(value)}</td>`;
  const rows = shown.map(({ run, index, valid, holdout, seconds }) => {
    const config = run.header?.config;
    const member = weight.get(run.id);
    return (
      `<tr><td><span class="swatch" style="background:${runColor(index)}"></span>${escapeHtml(run.header?.name ?? run.id)}</td>` +
      `<td class="text">${run.state}</td><td>${config ? formatImageSize(config.size) : '–'}</td>` +
      cell(valid?.errorRate, best.plain) +
      cell(valid?.ttaErrorRate, best.tta) +
      cell(holdout?.ttaErrorRate ?? holdout?.errorRate, best.holdout) +
      (hidden ? `<td>${percent(hidden.runs.get(run.id))}</td>` : '') +
      `<td>${member ? member.weight : '–'}</td><td>${seconds === undefined ? '–' : Math.round(seconds)}</td></tr>`
    );
  });
  const total =
    combined === undefined
      ? ''
      : `<tr><td><b>Ensemble</b></td><td class="text"></td><td></td><td></td><td></td><td><b>${percent(combined.errorRate)}</b></td>` +
        `${hidden ? `<td><b>${percent(hidden.ensemble)}</b></td>` : ''}<td></td><td></td></tr>`;
  return (
    `<table class="runs"><caption>Error rates. Each run has its own validation pictures; the hold-out is common to all.</caption>` +
    `<thead><tr><th class="text">Run</th><th class="text">State</th><th>Size</th><th>Valid</th><th>Valid, TTA</th><th>Hold-out</th>` +
    `${hidden ? '<th>Hidden answers</th>' : ''}<th>Weight</th><th>Seconds</th></tr></thead><tbody>${rows.join('')}${total}</tbody></table>`
  );
}
