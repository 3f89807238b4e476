#!/usr/bin/env node
// npm run new-package NAME "What it does, in one sentence": a package like the others, whose first test fails until it does something.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../ci/step.mjs';

const [name = '', description = ''] = process.argv.slice(2);
const refuse = (text) => {
  console.error(`new-package: ${text}`);
  process.exit(2);
};
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) refuse(`'${name}' is no name; allowed: small letters, digits and single dashes, as in storage-x`);
if (!/^[^"\\\n]{10,}$/.test(description)) refuse('say in one sentence, without quotes, what it does');
const folder = join(ROOT, 'packages', name);
if (existsSync(folder)) refuse(`packages/${name} exists already`);

cpSync(fileURLToPath(new URL('./template', import.meta.url)), folder, { recursive: true });
for (const file of readdirSync(folder, { recursive: true })) {
  const path = join(folder, file);
  if (!statSync(path).isFile()) continue;
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('NAME', name).replaceAll('DESCRIPTION', description.replace(/\.$/, '')));
  // `.txt` keeps linters and the test runner away from the template.
  if (path.endsWith('.txt')) renameSync(path, path.slice(0, -'.txt'.length));
}
console.log(`${relative(ROOT, folder)} is made. Next:
  npx -y pnpm@12.21.0 install                              links it into the workspace
  tools/lint/dependency-cruiser.cjs                        names what it may import, unless its name begins with storage-, engine-, mode-, source-, snapshot- or store-
  packages/${name}/src, README.md                          what it does; each new dependency also as reference in tsconfig.json
  apps/agent: package.json, tsconfig.json, src/plugins.ts  one line each, for an adapter
  npx -y pnpm@12.21.0 exec changeset                       a note for the release`);
