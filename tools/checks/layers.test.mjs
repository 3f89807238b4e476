// The rules of layers, tried on small trees: what must be refused is refused, and what must be allowed is allowed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../ci/step.mjs';

const file = (name) => (name.includes('/') ? name : `packages/${name}/src/index.ts`);

/** What is broken when each `from` imports its `to`: rule and files. */
function broken(imports) {
  const place = mkdtempSync(join(tmpdir(), 'freezer-layers-'));
  try {
    for (const name of imports.flat().map(file)) {
      mkdirSync(join(place, dirname(name)), { recursive: true });
      const targets = imports.filter(([from]) => file(from) === name).map(([, to]) => relative(dirname(name), file(to)));
      const lines = targets.map((target) => `import '${target.startsWith('.') ? target : `./${target}`}';`);
      writeFileSync(join(place, name), `${lines.join('\n')}\nexport {};\n`);
    }
    mkdirSync(join(place, 'apps'), { recursive: true });
    const words = ['--config', join(ROOT, 'tools/lint/dependency-cruiser.cjs'), '--output-type', 'json', 'packages', 'apps'];
    const { stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/depcruise'), words, { cwd: place, encoding: 'utf8' });
    assert.ok(stdout.startsWith('{'), stderr);
    return JSON.parse(stdout).summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const ALLOWED = [
  ['core', 'models'],
  ['subprocess', 'core'],
  ['codec', 'subprocess'],
  ['format', 'codec'],
  ['engine-tar', 'subprocess'],
  ['storage-local', 'core'],
  ['agent', 'format'],
  ['packages/agent/src/x.test.ts', 'testing'],
  ['packages/storage-local/src/x.contract.test.ts', 'testing'],
  ['apps/agent/src/plugins.ts', 'storage-local'],
  ['apps/agent/src/main.ts', 'apps/agent/src/wire.ts'],
  ['apps/agent/e2e/x.e2e.test.ts', 'testing'],
  ['scheduler', 'client-sdk'],
];
void test('what the table allows', () => assert.deepEqual(broken(ALLOWED), []));

const REFUSED = [
  ['models', 'core', 'layers-models'],
  ['core', 'subprocess', 'layers-core'],
  ['subprocess', 'codec', 'layers-subprocess'],
  ['codec', 'format', 'layers-codec'],
  ['format', 'storage-local', 'layers-format'],
  ['storage-local', 'agent', 'layers-adapters'],
  ['storage-local', 'engine-tar', 'adapters-stay-apart'],
  ['agent', 'storage-local', 'layers-agent'],
  ['packages/agent/src/x.test.ts', 'storage-local', 'layers-agent-tests'],
  ['api', 'format', 'layers-api'],
  ['client-sdk', 'core', 'layers-keystone-auth and client-sdk'],
  ['agent', 'testing', 'testing-only-from-tests'],
  ['agent', 'apps/agent/src/main.ts', 'no-package-imports-an-app'],
  ['apps/scheduler/src/main.ts', 'apps/agent/src/main.ts', 'no-app-imports-another'],
  ['agent', 'packages/agent/src/x.test.ts', 'no-test-from-source'],
  ['something-new', 'core', 'known-package'],
];
void test('what the table refuses', () => {
  const found = broken(REFUSED.map(([from, to]) => [from, to]));
  for (const [from, to, rule] of REFUSED) assert.ok(found.includes(`${rule}: ${file(from)} -> ${file(to)}`), `${from} may import ${to}`);
});

void test('cycles of files are refused', () => {
  const [first, second] = ['packages/core/src/a.ts', 'packages/core/src/b.ts'];
  const found = broken([
    [first, second],
    [second, first],
  ]);
  assert.ok(found.some((line) => line.startsWith('no-cycle')));
});
