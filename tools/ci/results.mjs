import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './step.mjs';

/** The folder of every package and app. */
export const packageFolders = () =>
  ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group))
      .map((name) => join(ROOT, group, name))
      .filter((folder) => existsSync(join(folder, 'package.json'))),
  );

/** The results (jest's --json) that lie in the working tree: `.test-results/<kind>.json` of each package and app. */
export function testResults() {
  const results = [];
  for (const folder of packageFolders()) {
    const place = join(folder, '.test-results');
    if (!existsSync(place)) continue;
    for (const file of readdirSync(place).filter((name) => name.endsWith('.json'))) {
      results.push({ kind: file.slice(0, -'.json'.length), owner: relative(ROOT, folder), ...JSON.parse(readFileSync(join(place, file), 'utf8')) });
    }
  }
  return results;
}

/** Takes old results away, so that only those of this run are added up; turbo puts back what it replays. */
export function removeResults(kinds) {
  for (const folder of packageFolders()) for (const kind of kinds) rmSync(join(folder, '.test-results', `${kind}.json`), { force: true });
}
