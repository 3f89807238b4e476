import { fileURLToPath } from 'node:url';

const secondTry = process.env.CI === 'true' ? [fileURLToPath(new URL('./second-try.mjs', import.meta.url))] : [];

// ESM and TypeScript by SWC; type errors are found by `tsc`, not here.
// The condition `@freezer/source` makes workspace packages be tested from src, without a build.
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' }],
  },
  testEnvironmentOptions: { customExportConditions: ['@freezer/source', 'node', 'node-addons'] },
  setupFilesAfterEnv: secondTry,
  maxWorkers: 2,
  // A loaded machine is slow, not wrong; what never ends is ended.
  testTimeout: 30_000,
};
