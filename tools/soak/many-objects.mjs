#!/usr/bin/env node
// More objects than a page of a listing holds, on real servers: tools/soak/many-objects.mjs [--storage swift|s3] [--objects 10500] [--agent FILE]
// Swift: a backup is cut in so many segments, restored and compared, listed and removed. S3 takes no such small parts: so many objects are laid into the
// folder of a level instead. In either case nothing of the level may be left after its removal, and the points that stay restore.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeTree, differences } from '../checks/trees.mjs';
import { ROOT } from '../ci/step.mjs';
import { PLACES } from './places.mjs';

const { values } = parseArgs({
  options: {
    storage: { type: 'string', default: 'swift' },
    objects: { type: 'string', default: '10500' },
    agent: { type: 'string', default: process.env.FREEZER_AGENT ?? join(ROOT, 'apps', 'agent', 'dist', 'main.js') },
  },
});
const objects = Number(values.objects);
const SEGMENT_BYTES = 128;
const AT_ONCE = 16;
if (!['swift', 's3'].includes(values.storage) || !Number.isInteger(objects)) {
  console.error('many-objects.mjs: --storage takes swift or s3; --objects takes a whole number');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'freezer-many-'));
const place = await PLACES[values.storage](folder);
const source = join(folder, 'source');
const own = ['--backup-name', 'many', '--hostname', 'host', '--state-dir', join(folder, 'state'), '--log-file', join(folder, 'agent-log')];

function agent(...words) {
  const begun = Date.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [values.agent, ...words, ...place.words('many'), ...own], {
    encoding: 'utf8',
    env: { ...process.env, ...place.environment, HOME: folder },
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${words[0]} ended with ${status}: ${stderr}`);
  console.log(`${words.join(' ')}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  return stdout;
}

/** Objects of nobody in the folder of a level, as a run of another program leaves them. */
async function fill(level) {
  const names = Array.from({ length: objects }, (_, at) => `${level}/strays/${String(at).padStart(8, '0')}`);
  const work = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const answer = await fetch(`${place.environment.ENDPOINT}/many/${name}`, { method: 'PUT', body: 'x' });
      if (!answer.ok) throw new Error(`${name} was answered by ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function restoresAs(tree) {
  const target = join(folder, 'target');
  rmSync(target, { recursive: true, force: true });
  agent('restore', '--restore-abs-path', target);
  const wrong = differences(tree, describeTree(target));
  if (wrong.length > 0) throw new Error(`restored otherwise: ${wrong.slice(0, 3).join(' | ')}`);
}

const below = async (level) => (await place.names('many')).filter((name) => name.startsWith(`${level}/`)).length;

try {
  mkdirSync(source);
  writeFileSync(join(source, 'noise'), randomBytes(values.storage === 'swift' ? objects * SEGMENT_BYTES : 1000));
  const cut = values.storage === 'swift' ? ['--max-segment-size', `${SEGMENT_BYTES}`, '--segments-in-flight', '8'] : [];
  agent('backup', '--path-to-backup', source, '--compression', 'none', ...cut);
  const data = (await place.names('many')).find((name) => /\/0_\d+\/data$/.test(name));
  const level = data.slice(0, -'/data'.length);
  if (values.storage === 's3') await fill(level);
  const count = await below(level);
  if (count < objects) throw new Error(`${count} objects lie below ${level}, not ${objects}`);
  console.log(`${count} objects lie below ${level}`);
  restoresAs(describeTree(source));
  if (!agent('list').includes('many')) throw new Error('the set is not listed');
  const info = agent('info', '-l');
  console.log(`info -l: ${info.split('\n').length} lines`);
  agent('verify');
  writeFileSync(join(source, 'noise'), 'small now');
  agent('backup', '--path-to-backup', source, '--compression', 'none', '--suspicious-below', '0', '--no-incremental');
  agent('admin', '--keep-last', '1');
  const left = await below(level);
  if (left > 0) throw new Error(`${left} objects are left below ${level}`);
  restoresAs(describeTree(source));
  console.log('nothing is left of the level that was removed');
} finally {
  place.stop();
  rmSync(folder, { recursive: true, force: true });
}
