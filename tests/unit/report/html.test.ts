import { describe, expect, it } from 'vitest';
import type { Ensemble } from '../../../shared/records/ensemble.ts';
import type { RunSummary } from '../../../shared/records/run-record.ts';
import { htmlReport } from '../../../src-main/report/html.ts';
import { exampleEpoch, exampleHeader, exampleResult } from '../runs/example-run.ts';

/** A name for each place that a dataset or a user fills, each of them markup. */
const markup = (place: string): string =>
  `${place}"><script>alert('${place}')</script><img src=x onerror=y>&`;
const target = markup('target');
const classes = [markup('class-one'), markup('class-two')];

function runCalled(name: string): RunSummary {
  const header = exampleHeader('r1');
  return {
    ...{ id: 'r1', state: 'finished' as const, error: null },
    header: { ...header, name, datasetName: markup('dataset'), targets: [{ name: target, classes }] },
    epochs: [1, 2].map((n) => {
      const log = exampleEpoch(n);
      return { ...log, targets: log.targets.map((one) => ({ ...one, name: target })) };
    }),
    result: {
      ...exampleResult(),
      valid: exampleResult().valid.map((one) => ({ ...one, target })),
      holdout: exampleResult().holdout.map((one) => ({ ...one, target })),
    },
  } as unknown as RunSummary;
}

const ensemble: Ensemble = {
  ...{ version: 1, id: '20261125190000000', created: '2026-11-25T19:00:00Z', datasetHash: 'a'.repeat(64) },
  members: [{ run: 'r1', name: markup('member'), weight: 1, errorRate: [0.25] }],
  ...{ probabilities: 'tta', judgedOn: 'holdout', membersPerImage: 1, exactMatch: null, submission: null },
  targets: [
    {
      ...{ name: target, classes, errorRate: 0.2, loss: 0.5, images: 10 },
      confusion: [
        [4, 1],
        [1, 4],
      ],
    },
  ],
};
const page = htmlReport({
  ...{ title: markup('title'), runs: [runCalled(markup('run'))], ensemble },
  scores: {
    targets: new Map([[target, { images: 10, runs: new Map([['r1', 0.3]]), ensemble: 0.1 }]]),
    exactMatch: null,
  },
  ...{ version: markup('version'), created: markup('created') },
});

/** Names of the elements of a page, as a reader of HTML would find them. */
const elements = (html: string): Set<string> =>
  new Set([...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name]) => name!.toLowerCase()));

/** Names of all attributes of the page's tags. Values are quoted, and nothing in them is a quote or an angle bracket. */
const attributes = [...page.matchAll(/<[a-z][^>]*>/gi)].flatMap(([tag]) =>
  [...tag.replace(/"[^"]*"/g, '').matchAll(/\s([^\s=>/]+)/g)].map(([, name]) => name!.toLowerCase()),
);
const known = new Set(
  (
    'lang charset name content style class scope role aria-label viewbox x y x1 x2 y1 y2 cx cy r points fill stroke ' +
    'stroke-width stroke-dasharray text-anchor'
  ).split(' '),
);

describe('the report as a page', () => {
  it('shows names of datasets, targets, classes and runs as text, whatever they are', () => {
    for (const place of ['title', 'run', 'target', 'class-one', 'class-two', 'version', 'created'])
      expect(page, place).toContain(`${place}&#34;&#62;&#60;script&#62;alert(&#39;${place}&#39;)`);
    expect(page).not.toMatch(/<script|<img|<iframe|<link|<base|javascript:/i);
    // Nothing but what a report without such names is made of.
    const plain = htmlReport({
      ...{ title: 'a', runs: [runCalled('a')], ensemble, version: '1', created: '2026' },
    });
    expect([...elements(page)].filter((name) => !elements(plain).has(name))).toEqual([]);
    // No attribute came from a name either: a handler would need one.
    expect(attributes.filter((name) => !known.has(name))).toEqual([]);
  });

  it('is one file that fetches nothing', () => {
    expect(attributes.filter((name) => /src|href|action|http-equiv/i.test(name))).toEqual([]);
    expect(page).not.toMatch(/url\(|@import/i);
  });

  it('has the figures that it was given', () => {
    expect(page).toContain('<b>20.0%</b>');
    expect(page).toContain('<b>10.0%</b>');
    expect(page).toContain('<td>30.0%</td>');
    expect(page.match(/<td class="hit"[^>]*>4<\/td>/g)).toHaveLength(2);
  });
});
