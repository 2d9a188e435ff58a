import { describe, expect, it } from 'vitest';
import { countPlaywright, countVitest } from '../../../scripts/test-counts.mjs';

const file = (status: string, ...tests: string[]): object => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

describe("the sum of the runners' reports", () => {
  it('counts tests', () => {
    const testResults = [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')];
    expect(countVitest({ testResults, numPassedTests: 3, numFailedTests: 1, success: false })).toEqual({
      passed: 3,
      failed: 1,
    });
    const stats = { expected: 4, flaky: 1, unexpected: 2, skipped: 3 };
    expect(countPlaywright({ stats, errors: [] })).toEqual({ passed: 5, failed: 2 });
  });

  it('counts a file that does not load as a failure', () => {
    const testResults = [file('passed', 'passed'), file('failed')];
    expect(countVitest({ testResults, numPassedTests: 1, numFailedTests: 0, success: false }).failed).toBe(1);
    const stats = { expected: 0, flaky: 0, unexpected: 0, skipped: 0 };
    expect(countPlaywright({ stats, errors: [{ message: 'SyntaxError' }] }).failed).toBe(1);
  });

  it('counts a runner that died, or failed outside any test, as a failure', () => {
    expect(countVitest(undefined)).toEqual({ passed: 0, failed: 1 });
    expect(countPlaywright(undefined)).toEqual({ passed: 0, failed: 1 });
    const testResults = [file('passed', 'passed')];
    expect(countVitest({ testResults, numPassedTests: 1, numFailedTests: 0, success: false }).failed).toBe(1);
  });
});
