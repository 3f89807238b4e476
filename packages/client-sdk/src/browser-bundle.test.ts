import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BuildOptions } from 'esbuild';
import { AnsweringServer } from '../test-support/answering-server.ts';

const run = promisify(execFile);
const LARGEST_GZIP = 60 * 1024;

let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-sdk-bundle-'));
  bundle = join(folder, 'bundle.mjs');
  // In a process of its own: esbuild does not work inside jest's realm.
  const options: BuildOptions = {
    entryPoints: [fileURLToPath(new URL('index.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    conditions: ['@freezer/source'],
    outfile: bundle,
  };
  const script = "import { build } from 'esbuild'; await build(JSON.parse(process.argv[1]));";
  await run(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(options)], { cwd: fileURLToPath(new URL('..', import.meta.url)) });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('a bundle for browsers is small, and has nothing of Node and no schemas', async () => {
  const code = await readFile(bundle, 'utf8');
  expect(gzipSync(code).length).toBeLessThan(LARGEST_GZIP);
  expect(code).not.toMatch(/node:|process\.|Buffer/);
  expect(code).not.toContain('ZodError');
});

test('it works by fetch alone', async () => {
  await using server = await AnsweringServer.start(() => ({ body: { jobs: [{ job_id: 'j1' }] } }));
  const script = join(folder, 'page.mjs');
  await writeFile(
    script,
    `import { FreezerClient } from './bundle.mjs';
     const client = new FreezerClient({ endpoint: ${JSON.stringify(server.url)}, project: 'p1', token: () => 't' });
     for await (const job of client.jobs.all({ clientId: 'c1', limit: 5 })) console.log(job.job_id);`,
  );
  const { stdout } = await run(process.execPath, [script]);
  expect(stdout).toBe('j1\n');
  expect(server.seen).toMatchObject([{ method: 'GET', text: '', headers: { 'x-auth-token': 't' } }]);
});
