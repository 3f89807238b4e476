import type { BytePath, RestoreProblem } from '@freezer/core';

/** More are only counted. */
const MAX_LISTED = 10_000;

/** What could not be put back, gathered while tar runs. */
export class RestoreProblems {
  readonly #listed = new Map<string, RestoreProblem>();
  readonly #unsupported = new Map<string, number>();
  #more = 0;

  add(path: BytePath, detail: string): void {
    const key = `${path}\0${detail}`;
    if (this.#listed.size < MAX_LISTED || this.#listed.has(key)) this.#listed.set(key, { path, detail });
    else this.#more += 1;
  }

  /** Said once for each file, although it is the file system that lacks something: told once, with the number. */
  addUnsupported(detail: string): void {
    this.#unsupported.set(detail, (this.#unsupported.get(detail) ?? 0) + 1);
  }

  get count(): number {
    return this.#listed.size + this.#more + this.#unsupported.size;
  }

  get lacksAcls(): boolean {
    return [...this.#unsupported.keys()].some(isAboutAcls);
  }

  listed(): IterableIterator<RestoreProblem> {
    return this.#listed.values();
  }

  /** `withAcls`: how many of the entries have an ACL; without any nothing is lost where ACLs are not known. */
  all(withAcls: number): RestoreProblem[] {
    const lacking = [...this.#unsupported].filter(([detail]) => withAcls > 0 || !isAboutAcls(detail));
    return [
      ...this.#listed.values(),
      ...lacking.map(([detail, times]) => ({ path: '.', detail: `${detail} (${isAboutAcls(detail) ? withAcls : times} entries)` })),
      ...(this.#more === 0 ? [] : [{ path: '.', detail: `${this.#more} more problems are not listed` }]),
    ];
  }
}

const isAboutAcls = (detail: string): boolean => / (default )?POSIX ACLs:/.test(detail);
