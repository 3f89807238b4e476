// Who may import whom: tools/handbook/ARCHITECTURE.md, "Layers". Written as what is allowed; everything else is an error.
const packages = (...names) => `^packages/(${names.join('|')})/`;
const MODELS = 'models';
const CORE = 'core';
// Lower libraries first: each may import those before it.
const LIBRARIES = ['terminal', 'settings', 'subprocess', 'log', 'codec', 'format'];
// They import nothing of ours but models, and are useful alone.
const CLIENTS = ['keystone-auth', 'client-sdk'];
const ADAPTER = '(storage|engine|mode|source|snapshot|store)-[^/]+';
const SERVICES = ['agent', 'scheduler', 'api'];
const TEST = '\\.test\\.ts$|/test-support/|^apps/[^/]+/e2e/';

/** Two rules: what stands below `from` imports itself, `to` and nothing else of ours; its tests also `testing`, when it is above that. */
const only = (name, from, to) => {
  const rule = (suffix, source, allowed) => ({
    name: `layers-${name}${suffix}`,
    severity: 'error',
    comment: `allowed: ${allowed.join(', ') || 'none of our packages'}`,
    from: source,
    to: { path: '^(packages|apps)/', pathNot: ['^packages/$1/', ...(allowed.length > 0 ? [packages(...allowed)] : [])] },
  });
  const path = `^packages/(${from})/`;
  const tests = { path: `${path}.*(\\.test\\.ts$|/test-support/)` };
  return [rule('', { path, pathNot: TEST }, to), rule('-tests', tests, to.includes(CORE) ? [...to, 'testing'] : to)];
};

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', comment: 'undeclared, or misspelt', from: {}, to: { couldNotResolve: true } },
    ...only('models', MODELS, []),
    ...only('core', CORE, [MODELS]),
    ...LIBRARIES.flatMap((name, index) => only(name, name, [MODELS, CORE, ...LIBRARIES.slice(0, index)])),
    ...only('keystone-auth and client-sdk', CLIENTS.join('|'), [MODELS]),
    ...only('testing', 'testing', [MODELS, CORE]),
    ...only('adapters', ADAPTER, [MODELS, CORE, ...LIBRARIES, 'keystone-auth']),
    ...only('agent', 'agent', [MODELS, CORE, ...LIBRARIES]),
    ...only('scheduler', 'scheduler', [MODELS, CORE, ...LIBRARIES, 'client-sdk']),
    ...only('api', 'api', [MODELS, CORE]),
    {
      name: 'known-package',
      severity: 'error',
      comment: 'a new package gets its line in tools/lint/dependency-cruiser.cjs',
      from: { path: '^packages/', pathNot: packages(MODELS, CORE, ...LIBRARIES, ...CLIENTS, 'testing', ADAPTER, ...SERVICES) },
      to: {},
    },
    {
      name: 'adapters-stay-apart',
      severity: 'error',
      from: { path: `^packages/(${ADAPTER})/` },
      to: { path: `^packages/${ADAPTER}/`, pathNot: '^packages/$1/' },
    },
    { name: 'no-package-imports-an-app', severity: 'error', from: { path: '^packages/' }, to: { path: '^apps/' } },
    { name: 'no-app-imports-another', severity: 'error', from: { path: '^apps/([^/]+)/' }, to: { path: '^apps/', pathNot: '^apps/$1/' } },
    {
      name: 'testing-only-from-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: [TEST, '^packages/testing/'] },
      to: { path: '^packages/testing/' },
    },
    { name: 'no-test-from-source', severity: 'error', from: { path: '^(packages|apps)/', pathNot: TEST }, to: { path: TEST } },
    {
      name: 'core-has-no-dependency',
      severity: 'error',
      from: { path: packages(CORE), pathNot: TEST },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional'], pathNot: '^packages/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/(dist|fixtures)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@freezer/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
