import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'ä ö', 'a -> b', "it's", 'line\nend', '-dash', 'back\\slash'];

/** A small tree with names that trip programs up. */
export function makeSource(root, random) {
  mkdirSync(root, { recursive: true });
  for (let folder = 0; folder < 6; folder += 1) {
    const path = join(root, `${random.pick(WORDS)} ${folder}`);
    mkdirSync(path);
    for (let file = 0; file < 12; file += 1) writeFileSync(join(path, `${random.pick(WORDS)} ${file}`), contentOf(random));
  }
  symlinkSync('nowhere', join(root, 'dangling'));
  // No change takes it away: a source that lost all that it held ends with 3, by design.
  writeFileSync(join(root, 'always here'), contentOf(random));
}

/** Text that compresses, up to some 100 KiB, so that a backup takes its time. */
function contentOf(random) {
  const words = [];
  for (let count = random.below(9000); count > 0; count -= 1) words.push(random.pick(WORDS), String(random.below(100000)));
  return words.join(' ');
}

/** Between one and eight changes: files made, grown, removed, folders made, renamed, removed. */
export function changeSource(root, random) {
  const folders = () =>
    readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(root, name));
  const fileIn = (folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => join(folder, name));
  for (let count = 1 + random.below(8); count > 0; count -= 1) {
    const all = folders();
    const folder = all.length > 0 ? random.pick(all) : root;
    const files = fileIn(folder);
    const kind = random.below(7);
    if (kind === 0) writeFileSync(join(folder, `new ${random.below(1e9)}`), contentOf(random));
    else if (kind === 1 && files.length > 0) appendFileSync(random.pick(files), contentOf(random));
    else if (kind === 2 && files.length > 0) rmSync(random.pick(files));
    else if (kind === 3) mkdirSync(join(root, `folder ${random.below(1e9)}`));
    else if (kind === 4 && all.length > 2) renameInto(folder, join(root, `renamed ${random.below(1e9)}`));
    else if (kind === 5 && all.length > 4) rmSync(folder, { recursive: true });
    else if (kind === 6 && files.length > 0) utimesSync(random.pick(files), 1e9, 1e9 + random.below(1e8));
  }
}

function renameInto(from, to) {
  if (existsSync(from) && !existsSync(to)) renameSync(from, to);
}
