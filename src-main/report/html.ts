import type { Ensemble } from '../../shared/records/ensemble.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { formatImageSize } from '../../shared/image-size.ts';
import { runColor } from '../../shared/palette.ts';
import { confusionTable } from './confusion-table.ts';
import { reportStyle } from './style.ts';
import { type Line, escapeHtml, lineChart } from './svg-lines.ts';

/** What a report is made of. `scores`: error rates on hidden answers, by run id, where someone has them. */
export interface ReportInput {
  title: string;
  runs: readonly RunSummary[];
  ensemble: Ensemble | null;
  scores?: { runs: ReadonlyMap<string, number>; ensemble: number | null; images: number } | undefined;
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
  const sections = [
    headline(input),
    `<h2>Runs</h2><div class="scroll">${runsTable(input)}</div>`,
    `<h2>Curves</h2><div class="charts">${curves(input.runs)}</div>`,
    ...(input.ensemble?.targets ?? [])
      .filter((target) => target.images > 0)
      .map(
        (target) =>
          `<h2>What the ensemble confuses: ${escapeHtml(target.name)}</h2>` +
          `<div class="scroll">${confusionTable(target.classes, target.confusion)}</div>`,
      ),
  ];
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeHtml(input.title)}</title><style>${reportStyle}</style></head><body>` +
    `<h1>${escapeHtml(input.title)}</h1>` +
    `<p class="lead">${input.runs.length} runs${judged ? `, ensemble judged on ${judged.images} pictures (${judgedOn(input.ensemble!)})` : ''}.</p>` +
    `${sections.join('')}<footer>Granary ${escapeHtml(input.version)}, ${escapeHtml(input.created)}. ` +
    `Error rate: share of pictures whose most probable class is wrong. TTA: test-time augmentation.</footer></body></html>\n`
  );
}

function judgedOn(ensemble: Ensemble): string {
  if (ensemble.judgedOn === 'holdout') return 'the hold-out that no run trained on';
  if (ensemble.judgedOn === 'none') return 'nothing could judge it';
  return `out of bag: ${ensemble.membersPerImage.toFixed(1)} of ${ensemble.members.length} members a picture`;
}

function headline({ ensemble, scores }: ReportInput): string {
  if (ensemble === null) return '';
  const cards = ensemble.targets.map((target) => [
    percent(target.errorRate),
    `${target.name}: ensemble’s error rate`,
  ]);
  const best = Math.min(...ensemble.members.map((member) => member.errorRate?.[0] ?? Infinity));
  if (Number.isFinite(best)) cards.push([percent(best), 'its best member alone']);
  if (scores) cards.push([percent(scores.ensemble), `submission, on ${scores.images} hidden answers`]);
  return `<ul class="figures">${cards.map(([value, name]) => `<li><b>${value}</b><span>${escapeHtml(name!)}</span></li>`).join('')}</ul>`;
}

function runsTable({ runs, ensemble, scores }: ReportInput): string {
  const weight = new Map(ensemble?.members.map((member) => [member.run, member]));
  const shown = runs.map((run) => {
    const figures = run.result?.status === 'finished' ? run.result : null;
    return { run, valid: figures?.valid[0], holdout: figures?.holdout[0], seconds: figures?.seconds };
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
  const rows = shown.map(({ run, valid, holdout, seconds }, index) => {
    const config = run.header?.config;
    const member = weight.get(run.id);
    return (
      `<tr><td><span class="swatch" style="background:${runColor(index)}"></span>${escapeHtml(run.header?.name ?? run.id)}</td>` +
      `<td class="text">${run.state}</td><td>${config ? formatImageSize(config.size) : '–'}</td>` +
      cell(valid?.errorRate, best.plain) +
      cell(valid?.ttaErrorRate, best.tta) +
      cell(holdout?.ttaErrorRate ?? holdout?.errorRate, best.holdout) +
      (scores ? `<td>${percent(scores.runs.get(run.id))}</td>` : '') +
      `<td>${member ? member.weight : '–'}</td><td>${seconds === undefined ? '–' : Math.round(seconds)}</td></tr>`
    );
  });
  const total =
    ensemble === null
      ? ''
      : `<tr><td><b>Ensemble</b></td><td class="text"></td><td></td><td></td><td></td><td><b>${percent(ensemble.targets[0]?.errorRate)}</b></td>` +
        `${scores ? `<td><b>${percent(scores.ensemble)}</b></td>` : ''}<td></td><td></td></tr>`;
  return (
    `<table class="runs"><caption>Error rates. Each run has its own validation pictures; the hold-out is common to all.</caption>` +
    `<thead><tr><th class="text">Run</th><th class="text">State</th><th>Size</th><th>Valid</th><th>Valid, TTA</th><th>Hold-out</th>` +
    `${scores ? '<th>Hidden answers</th>' : ''}<th>Weight</th><th>Seconds</th></tr></thead><tbody>${rows.join('')}${total}</tbody></table>`
  );
}

function curves(runs: readonly RunSummary[]): string {
  const loss = runs.flatMap((run, index): Line[] => {
    const name = run.header?.name ?? run.id;
    const color = runColor(index);
    return [
      {
        name: `${name}, training`,
        color,
        dashed: true,
        points: run.epochs.map((e) => [e.epoch, e.trainLoss] as const),
      },
      { name: `${name}, validation`, color, points: run.epochs.map((e) => [e.epoch, e.validLoss] as const) },
    ];
  });
  const names = runs.flatMap((run) => run.header?.targets.map((target) => target.name) ?? []);
  const error = [...new Set(names)].map((target) =>
    lineChart({
      title: `Validation error rate: ${target}`,
      xLabel: 'epoch',
      percent: true,
      lines: runs.map((run, index) => ({
        name: run.header?.name ?? run.id,
        color: runColor(index),
        points: run.epochs.flatMap((e) => {
          const figures = e.targets.find((t) => t.name === target);
          return figures ? [[e.epoch, figures.errorRate] as const] : [];
        }),
      })),
    }),
  );
  return (
    lineChart({ title: 'Loss: validation (solid), training (dashed)', xLabel: 'epoch', lines: loss }) +
    error.join('')
  );
}
