import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './setup/paths.mjs';

/**
 * The tests that failed, each with its error's first lines: of a long log often only the end is kept, where unit tests no longer stand.
 * Tests that passed only when they were tried again are told as well.
 * @param vitest Vitest's JSON report; undefined: there is none
 * @param playwright Playwright's JSON report; undefined: there is none
 */
export function tellFailures(vitest, playwright) {
  const told = [];
  for (const file of vitest?.testResults ?? []) {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    for (const test of failed)
      told.push(entry('FAILED', relative(root, file.name), test.fullName, test.failureMessages));
    if (file.status === 'failed' && failed.length === 0)
      told.push(entry('FAILED', relative(root, file.name), 'did not load', [file.message]));
  }
  for (const { file, title, test } of (playwright?.suites ?? []).flatMap(testsOf)) {
    if (test.status !== 'unexpected' && test.status !== 'flaky') continue;
    const messages = test.results.flatMap(({ errors }) => errors.map(({ message }) => message ?? ''));
    told.push(entry(test.status === 'flaky' ? 'FLAKY' : 'FAILED', file, title, messages));
  }
  for (const { message } of playwright?.errors ?? [])
    told.push(entry('FAILED', 'tests/e2e', 'outside any test', [message ?? '']));
  return told.join('\n');
}

function testsOf(suite) {
  const own = (suite.specs ?? []).flatMap(({ file, title, tests }) =>
    tests.map((test) => ({ file: `tests/e2e/${file}`, title, test })),
  );
  return [...own, ...(suite.suites ?? []).flatMap(testsOf)];
}

/** @param messages every error of the test; the first one tells most */
function entry(word, file, title, messages) {
  const lines = stripVTControlCharacters(messages[0] ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 12);
  return [`${word} ${file} > ${title}`, ...lines.map((line) => `    ${line}`)].join('\n');
}
