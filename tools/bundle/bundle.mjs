// Makes an app's bundle, with code splitting: `--version` and `--help` load a few kilobytes, the rest comes when it is needed.
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleChunks } from './chunks.mjs';

// Libraries that are CommonJS want names that a module has not by itself.
const COMMON_JS = "import { createRequire as makeRequire__ } from 'node:module';const require = makeRequire__(import.meta.url)";
const BANNER = `#!/usr/bin/env node\n${COMMON_JS}, __filename = import.meta.filename, __dirname = import.meta.dirname;`;

// Native parts stand beside the file that asks for them. A package may have the ending in a name as well, as apache-arrow/Arrow.node, which is JavaScript.
const nativeParts = {
  name: 'native-parts',
  /** @param {import('esbuild').PluginBuild} build */
  setup: ({ onResolve }) => onResolve({ filter: /^\.{1,2}\/.*\.node$/ }, ({ path }) => ({ path, external: true })),
};

/** @returns {import('esbuild').BuildOptions} */
const startOptions = (define, digestName, digest) => ({
  splitting: false,
  format: 'cjs',
  banner: { js: '#!/usr/bin/env node' },
  define: { ...define, [digestName]: JSON.stringify(digest), 'import.meta.dirname': '__dirname' },
});

/**
 * Bundles the app in the working folder. What is in `outdir` is removed.
 * @param {{ entries: Record<string, string>, version: string, external?: readonly string[], outdir?: string }} options `entries`: name of each command's file
 *   and its source; `version`: the name that the version of package.json has in the source; `external`: what is not bundled
 * @param {{ entry: string, digest: string }} [options.chunks] what the entries load by themselves, and the name that its digest has in the source; they are
 *   CommonJS then, for which Node needs a third less CPU to start
 */
export async function bundle({ entries, version, external = [], chunks, outdir = process.argv[2] ?? 'dist' }) {
  const manifest = JSON.parse(await readFile('package.json', 'utf8'));
  await rm(outdir, { recursive: true, force: true });
  const define = {
    [version]: JSON.stringify(manifest.version),
    // Which Node is taken is our word (engines), and not the S3 library's.
    'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
  };
  /** @type {import('esbuild').BuildOptions} */
  const options = {
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@freezer/source'],
    external: [...external],
    plugins: [nativeParts],
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    // Names stay, for stack traces. What is shorter is parsed faster: a few per cent of the CPU of a run that does nothing.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'linked',
    define,
    banner: { js: BANNER },
    logLevel: 'warning',
  };
  if (chunks === undefined) await build({ ...options, entryPoints: entries });
  else {
    const digest = await bundleChunks({ entry: chunks.entry, folder: join(outdir, 'chunks'), options });
    await build({ ...options, ...startOptions(define, chunks.digest, digest), entryPoints: entries });
    await writeFile(join(outdir, 'package.json'), '{"type":"commonjs"}\n');
  }
  for (const name of Object.keys(entries)) await chmod(join(outdir, `${name}.js`), 0o755);
}
