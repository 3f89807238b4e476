import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Random } from '../soak/random.mjs';

const WORDS =
  'const let return import export async await function class extends this new if else for of backup restore level session storage engine path stream chunk offset size error result value index count name type string number null undefined true false throw'.split(
    ' ',
  );
/** More text than the window of gzip and of zstd at its default, so that neither finds whole lines again too often. */
const POOL_LINES = 120_000;

/** Seeded input: the same seed and sizes give the same bytes. */
export class SourceTree {
  #random;
  #lines;
  #root;

  constructor(root, seed) {
    this.#root = root;
    this.#random = new Random(seed);
    this.#lines = Array.from({ length: POOL_LINES }, () => this.#line());
  }

  /** Many small files that look like source code, forty in a folder, and a symbolic link. */
  create({ files, bytes }) {
    const mean = bytes / files;
    for (let number = 0; number < files; number += 1) {
      const size = Math.min(Math.ceil(-Math.log(1 - this.#random.next()) * mean), mean * 20) + 1;
      const folder = join(this.#root, `p${Math.floor(number / 2000)}`, `d${Math.floor(number / 40) % 50}`);
      if (number % 40 === 0) mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `f${number}.ts`), this.#text(size));
    }
  }

  /** One per cent of the files: half of them changed in part, a quarter added beside, a quarter removed. */
  change(round) {
    const files = filesBelow(this.#root);
    const count = Math.max(4, Math.round(files.length / 100));
    for (let number = 0; number < count; number += 1) {
      const path = files.splice(this.#random.below(files.length), 1)[0];
      if (number < count / 2) this.#overwrite(path);
      else if (number < (count * 3) / 4) writeFileSync(join(dirname(path), `new-${round}-${number}.ts`), this.#text(10_000));
      else rmSync(path);
    }
  }

  #overwrite(path) {
    const file = openSync(path, 'r+');
    writeSync(file, this.#text(400), 0, 400, this.#random.below(statSync(path).size));
    closeSync(file);
  }

  #line() {
    const words = Array.from(
      { length: 2 + this.#random.below(8) },
      () => this.#random.pick(WORDS) + (this.#random.next() < 0.3 ? this.#random.below(10_000) : ''),
    );
    return Buffer.from(
      `${'  '.repeat(this.#random.below(6))}${words.join(this.#random.pick([' ', '.', '_', ', ']))}${this.#random.pick([';', ' {', '}', ','])}\n`,
    );
  }

  #text(size) {
    const text = Buffer.allocUnsafe(size);
    for (let at = 0; at < size; ) at += this.#random.pick(this.#lines).copy(text, at);
    return text;
  }
}

const filesBelow = (root) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted();
