import type { BytePath, ByteStream, CallOptions, RestoreSelection, Stage, WantedEntry } from '@freezer/core';
import { type ArchiveMember, BLOCK_BYTES, readMember } from './archive-member.ts';
import { BlockReader } from './block-reader.ts';
import { NameMarks } from './name-marks.ts';
import { formatPaxHeader, type PaxRecord } from './pax-records.ts';

const WANTED = 1;
/** Some wanted link is one of this. */
const FIRST_NAME = 2;
const SEEN = 4;

const DIRECTORY_TYPES = '5D';
const LINK = '1';
/** They concern the archive, no member. */
const GENERAL_TYPES = 'gVMN';

/**
 * Lets the wanted members of an archive through, under the names that they are to have. tar itself could be given a list of names, but looks
 * through all of it for each member: half a million names of a million would take hours.
 */
export class MemberSelection {
  readonly #selection: RestoreSelection;
  readonly #marks = new NameMarks();
  readonly #renamed = new Map<BytePath, BytePath>();
  /** First names that nobody wants, and where they are put for those who are linked to them. */
  readonly #staged = new Map<BytePath, BytePath>();

  constructor(selection: RestoreSelection) {
    this.#selection = selection;
  }

  get stage(): Stage {
    return { kind: 'transform', name: 'selection', apply: (body, options) => this.#apply(body, options) };
  }

  /** What was wanted and did not come by. */
  async *missing(): AsyncGenerator<WantedEntry> {
    for await (const entry of this.#selection.entries()) if ((this.#marks.of(entry.path) & SEEN) === 0) yield entry;
  }

  async *#apply(body: ByteStream, { signal }: CallOptions): AsyncGenerator<Uint8Array> {
    await this.#note();
    const reader = new BlockReader(body);
    try {
      for (let member = await readMember(reader); member !== undefined; member = await readMember(reader)) {
        signal?.throwIfAborted();
        const blocks = this.#choose(member);
        if (blocks === undefined) await reader.skip(member.bodyBytes);
        else {
          yield* blocks;
          yield* reader.pass(member.bodyBytes);
        }
      }
    } finally {
      await reader.close();
    }
    yield Buffer.alloc(2 * BLOCK_BYTES);
  }

  async #note(): Promise<void> {
    for await (const { path, target, as } of this.#selection.entries()) {
      this.#marks.add(path, WANTED);
      if (target !== undefined) this.#marks.add(target, FIRST_NAME);
      if (as !== undefined && as !== path) this.#renamed.set(path, as);
    }
  }

  /** The header blocks with which it goes on; undefined: nobody wants it. */
  #choose(member: ArchiveMember): readonly Buffer[] | undefined {
    const { path, type, target } = member;
    if (GENERAL_TYPES.includes(type)) return member.blocks;
    const marks = this.#marks.of(path);
    if ((marks & WANTED) === 0) return (marks & FIRST_NAME) === 0 || DIRECTORY_TYPES.includes(type) || type === LINK ? undefined : this.#stage(member);
    this.#marks.add(path, SEEN);
    const newTarget = target === undefined ? undefined : (this.#renamed.get(target) ?? this.#staged.get(target));
    const newPath = this.#renamed.get(path);
    return newPath === undefined && newTarget === undefined ? member.blocks : renamedBlocks(member, newPath, newTarget);
  }

  #stage(member: ArchiveMember): readonly Buffer[] {
    const place = `${this.#selection.stagingPath}/${this.#staged.size}`;
    this.#staged.set(member.path, place);
    return renamedBlocks(member, place, undefined);
  }
}

const NAME_KEYS = new Set(['path', 'GNU.sparse.name']);

/** A pax header has precedence over whatever else names the member. */
function renamedBlocks({ pax = [], path, ownBlocks, target }: ArchiveMember, newPath: BytePath = path, newTarget = target): readonly Buffer[] {
  const records: PaxRecord[] = pax.filter(({ key }) => !NAME_KEYS.has(key) && key !== 'linkpath');
  records.push({ key: 'path', value: `./${newPath}` });
  if (pax.some(({ key }) => key === 'GNU.sparse.name')) records.push({ key: 'GNU.sparse.name', value: `./${newPath}` });
  if (newTarget !== undefined) records.push({ key: 'linkpath', value: `./${newTarget}` });
  return [...formatPaxHeader(records), ...ownBlocks];
}
