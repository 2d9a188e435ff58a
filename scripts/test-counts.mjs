/** A runner that wrote no report, or could not load a test file, has one failure: silence must not look like success. */
const died = { passed: 0, failed: 1 };

/** Passed and failed tests of Vitest's JSON report; a file that did not load counts as one failed test. */
export function countVitest(report) {
  if (report === undefined) return died;
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + unloaded;
  // Vitest also fails a run for errors outside any test.
  return { passed: report.numPassedTests, failed: failed === 0 && report.success === false ? 1 : failed };
}

/** Passed (also those that passed on a retry) and failed tests of Playwright's JSON report, with errors outside any test. */
export function countPlaywright(report) {
  if (report === undefined) return died;
  const { expected, flaky, unexpected } = report.stats;
  return { passed: expected + flaky, failed: unexpected + report.errors.length };
}
