// A program in parts that it loads by itself (apps/agent/src/start/chunks.ts). Node's own loader of modules takes a millisecond for each, and
// has no way to keep what V8 made of them before Node 22.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build, transform } from 'esbuild';

/**
 * Bundles `entry` into `folder`: `<name of the entry>.cjs`, and beside it what several parts share or what is loaded later.
 * Resolves to a digest of all of it.
 * @param {{ entry: string, folder: string, options: import('esbuild').BuildOptions }} request `options`: of the whole program
 */
export async function bundleChunks({ entry, folder, options }) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [entry],
    outdir: folder,
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    sourcemap: 'inline',
    write: false,
    banner: {},
  });
  await mkdir(folder, { recursive: true });
  const digest = createHash('sha256');
  for (const { path, text } of outputFiles) {
    if (!path.endsWith('.cjs')) await writeFile(path, text);
    else digest.update(await writeChunk(path, text, options));
  }
  return digest.digest('hex').slice(0, 16);
}

/** esbuild splits ES modules only; so each is made CommonJS afterwards. */
async function writeChunk(path, text, { minifySyntax, minifyWhitespace, target }) {
  const { code, map } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target,
    minifySyntax,
    minifyWhitespace,
    supported: { 'dynamic-import': false },
    // As the modules are of which they were made.
    banner: '"use strict";',
    sourcefile: basename(path),
    sourcemap: 'external',
    sourcesContent: false,
    // What is suspicious in a library was said before, or is none of our business.
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'error' },
  });
  if (/[^\0-\x7f]/.test(code)) throw new Error(`${basename(path)}: is not ASCII, and is read as one byte a char`);
  const whole = `${code}//# sourceMappingURL=${basename(path)}.map\n`;
  await writeFile(path, whole);
  await writeFile(`${path}.map`, map);
  return whole;
}
