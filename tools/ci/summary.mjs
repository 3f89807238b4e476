#!/usr/bin/env node
// Adds up the test results of this run; the last line is `N passed, N failed, N skipped`.
// With --nothing-left-out a skipped lab test is an error, unless its name says `waived:` and why.
import { testResults } from './results.mjs';

/** So that the end of a long output tells what failed. */
const LINES_OF_A_FAILURE = 40;

const sum = { passed: 0, failed: 0, skipped: 0 };
const leftOut = [];
const secondTries = [];
const failures = [];
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
  for (const suite of result.testResults) {
    const broken = suite.assertionResults.filter((test) => test.status === 'failed');
    for (const test of broken) failures.push([`${result.owner} ${result.kind}: ${test.fullName}`, ...test.failureMessages]);
    if (suite.status === 'failed' && broken.length === 0) failures.push([`${result.owner} ${result.kind}: ${suite.name}`, suite.message]);
  }
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
for (const [name, ...messages] of failures) {
  console.log(`Failed: ${name}`);
  const lines = messages.flatMap((message) => message.split('\n')).filter((line) => !/^ +at .*node_modules/.test(line));
  console.log(lines.slice(0, LINES_OF_A_FAILURE).join('\n').replace(/^/gm, '    '));
}
if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
