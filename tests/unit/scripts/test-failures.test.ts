import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../../scripts/setup/paths.mjs';
import { tellFailures } from '../../../scripts/test-failures.mjs';

const passed = { status: 'passed', fullName: 'adds', failureMessages: [] };

it('tells nothing of tests that passed, or of a report that is not there', () => {
  const testResults = [{ name: join(root, 'tests/a.test.ts'), status: 'passed', assertionResults: [passed] }];
  const suites = [
    { specs: [{ file: 'a.spec.ts', title: 'opens', tests: [{ status: 'expected', results: [] }] }] },
  ];
  expect(tellFailures({ testResults }, { suites, errors: [] })).toBe('');
  expect(tellFailures(undefined, undefined)).toBe('');
});

it('names each test that failed with its file and the first of what it said', () => {
  const wrong = {
    status: 'failed',
    fullName: 'a queue ends',
    failureMessages: ['\u001b[31mError: Hook timed out\u001b[39m\n\n    at afterEach', 'and more'],
  };
  const testResults = [
    { name: join(root, 'tests/a.test.ts'), status: 'failed', assertionResults: [passed, wrong] },
    { name: join(root, 'tests/b.test.ts'), status: 'failed', assertionResults: [], message: 'SyntaxError' },
  ];
  const result = (...messages: string[]): object => ({ errors: messages.map((message) => ({ message })) });
  const suites = [
    {
      specs: [
        {
          file: 'c.spec.ts',
          title: 'draws',
          tests: [{ status: 'unexpected', results: [result('too slow'), result()] }],
        },
      ],
      suites: [
        {
          specs: [
            {
              file: 'c.spec.ts',
              title: 'zooms',
              tests: [{ status: 'flaky', results: [result('late'), result()] }],
            },
          ],
        },
      ],
    },
  ];
  expect(tellFailures({ testResults }, { suites, errors: [{ message: 'no display' }] }).split('\n')).toEqual([
    'FAILED tests/a.test.ts > a queue ends',
    '    Error: Hook timed out',
    '        at afterEach',
    'FAILED tests/b.test.ts > did not load',
    '    SyntaxError',
    'FAILED tests/e2e/c.spec.ts > draws',
    '    too slow',
    'FLAKY tests/e2e/c.spec.ts > zooms',
    '    late',
    'FAILED tests/e2e > outside any test',
    '    no display',
  ]);
});
