import { DOCUMENT_KINDS, type DocumentKind, FreezerError } from '@freezer/core';

/** Names of the indices: `freezer-jobs` is an alias of `freezer-jobs-000001`, so that a later index can take its place. */
export class IndexNames {
  readonly #prefix: string;

  constructor(prefix: string) {
    if (!/^[a-z0-9][a-z0-9_.-]{0,100}$/.test(prefix)) {
      throw new FreezerError('invalid', `the index '${prefix}' is no name: small letters, digits, '_', '.' and '-', and a letter or digit at first`);
    }
    this.#prefix = prefix;
  }

  alias(kind: DocumentKind): string {
    return `${this.#prefix}-${kind}`;
  }

  first(kind: DocumentKind): string {
    return `${this.alias(kind)}-000001`;
  }

  /** Whether an index is one of ours: another prefix may begin as ours does. */
  isOurs(index: string): boolean {
    return DOCUMENT_KINDS.some((kind) => new RegExp(`^${this.alias(kind).replaceAll('.', '\\.')}-\\d{6}$`).test(index));
  }

  /** What finds them all, and maybe others. */
  get pattern(): string {
    return `${this.#prefix}-*`;
  }
}
