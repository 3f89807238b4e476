#!/usr/bin/env node
// Adds up the test results of this run; the last line is `N passed, N failed, N skipped`.
// With --nothing-left-out a skipped lab test is an error, unless its name says `waived:` and why.
import { testResults } from './results.mjs';

const sum = { passed: 0, failed: 0, skipped: 0 };
const leftOut = [];
const secondTries = [];
for (const result of testResults()) {
  // A suite that could not be started has no tests, and counts as one that failed.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests + result.numTodoTests;
  console.log(`${result.owner} ${result.kind}: ${result.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
  sum.passed += result.numPassedTests;
  sum.failed += failed;
  sum.skipped += skipped;
  for (const test of result.testResults.flatMap((suite) => suite.assertionResults))
    if (test.status === 'passed' && test.invocations > 1) secondTries.push(`${result.owner} ${result.kind}: ${test.fullName}`);
  if (result.kind !== 'lab') continue;
  for (const test of result.testResults.flatMap((suite) => suite.assertionResults)) {
    if (['pending', 'todo', 'skipped', 'disabled'].includes(test.status) && !test.fullName.includes('waived:'))
      leftOut.push(`${result.owner}: ${test.fullName}`);
  }
}
if (process.argv.includes('--nothing-left-out') && leftOut.length > 0) {
  console.log('These lab tests were skipped; nothing may be left out here:');
  for (const name of leftOut) console.log(`  ${name}`);
  process.exitCode = 1;
}
if (secondTries.length > 0) {
  console.log('Passed only at the second try:');
  for (const name of secondTries) console.log(`  ${name}`);
}
if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
