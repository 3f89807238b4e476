import { type CallOptions, descentsOf, type LevelId, levelFolder } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, committedLevels, type LevelReader } from '@freezer/format';
import { viewChain } from '../chain-view.ts';

/** Where the manifests are read of what the target had, and of what was copied to it. */
interface Readers {
  readonly target: LevelReader;
  readonly source: LevelReader;
}

/** A chain of the target while levels of the source are copied into it. */
export class TargetChain {
  readonly #t0: number;
  readonly #readers: Readers;
  readonly #had: readonly CatalogLevel[];
  readonly #copied: CatalogLevel[] = [];
  readonly #hidden = new Set<CatalogLevel>();
  #apart: Promise<CatalogLevel | undefined> | undefined;

  /** `had`: the chain as the target has it, if it does. */
  constructor(t0: number, had: CatalogChain | undefined, readers: Readers) {
    this.#t0 = t0;
    this.#readers = readers;
    this.#had = had === undefined ? [] : committedLevels(had);
  }

  find({ id }: CatalogLevel): CatalogLevel | undefined {
    return this.#had.find((level) => levelFolder(level.id) === levelFolder(id));
  }

  add(level: CatalogLevel): void {
    this.#copied.push(level);
  }

  hidden(level: CatalogLevel): void {
    this.#hidden.add(level);
  }

  /** What Python Freezer sees. */
  get visible(): readonly CatalogLevel[] {
    return [...this.#had, ...this.#copied].filter((level) => !level.superseded && !this.#hidden.has(level));
  }

  /** The folders of the levels on which visible ones stand: by their manifests, by the times where there is none. */
  async bases(options: CallOptions): Promise<ReadonlySet<string>> {
    const { target, source } = this.#readers;
    const had = await viewChain(target, { t0: this.#t0, levels: this.#had }, options);
    const copied = await viewChain(source, { t0: this.#t0, levels: this.#copied }, options);
    const visible = foldersOf(this.visible);
    const descents = [...descentsOf({ t0: this.#t0, levels: [...had.levels, ...copied.levels] })];
    return foldersOf(descents.flatMap(([{ id }, descent]) => (visible.has(levelFolder(id)) && descent.ok ? descent.levels.slice(0, -1) : [])));
  }

  /**
   * A visible level that the source has not, unless a newer one of the source's takes its place. The two went on without each other: a level
   * that became visible beside it would let Python Freezer restore a mixture of both. Told once, of what the target had.
   */
  goneApart(source: readonly CatalogLevel[], options: CallOptions): Promise<CatalogLevel | undefined> {
    return (this.#apart ??= this.#findApart(source, options));
  }

  async #findApart(source: readonly CatalogLevel[], options: CallOptions): Promise<CatalogLevel | undefined> {
    const known = foldersOf(source);
    const foreign = this.visible.filter(({ id }) => !known.has(levelFolder(id)));
    if (foreign.length === 0) return undefined;
    const bases = await this.bases(options);
    return foreign.find(({ id }) => bases.has(levelFolder(id)) || !isReplaced(id, source));
  }
}

const foldersOf = (levels: readonly { readonly id: LevelId }[]): ReadonlySet<string> => new Set(levels.map(({ id }) => levelFolder(id)));

/** One of Python's hides nothing: beside it the older one may stay as long as nothing stands on either. */
function isReplaced({ level, t }: LevelId, source: readonly CatalogLevel[]): boolean {
  const newer = source.filter(({ id, superseded }) => !superseded && id.level === level && id.t > t);
  return newer.some(({ objects }) => objects.has('manifest')) || (newer.length > 0 && !source.some(({ id }) => id.level > level));
}
