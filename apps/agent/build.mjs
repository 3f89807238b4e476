// One bundle with code splitting: `--version` and `--help` load a few kilobytes, the rest comes when an action needs it.
// An argument names another folder than dist; what is in it is removed.
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

// Libraries that are CommonJS want names that a module has not by itself.
const COMMON_JS = "import { createRequire as makeRequire__ } from 'node:module';const require = makeRequire__(import.meta.url)";
const BANNER = `#!/usr/bin/env node\n${COMMON_JS}, __filename = import.meta.filename, __dirname = import.meta.dirname;`;

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const outdir = process.argv[2] ?? 'dist';
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@freezer/source'],
  // Native parts of ssh2 that it does without.
  external: ['cpu-features', '*.node'],
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  // Names stay, for stack traces. What is shorter is parsed faster: a few per cent of the CPU of a run that does nothing.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'linked',
  define: { FREEZER_AGENT_VERSION: JSON.stringify(version) },
  banner: { js: BANNER },
  logLevel: 'warning',
});
await chmod(join(outdir, 'main.js'), 0o755);
