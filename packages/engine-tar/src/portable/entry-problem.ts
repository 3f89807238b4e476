const BRAND = Symbol('EntryProblem');

/** One entry could not be written; the others can. Never leaves this folder. */
export class EntryProblem extends Error {
  readonly [BRAND] = true;

  static is(error: unknown): error is EntryProblem {
    return typeof error === 'object' && error !== null && BRAND in error;
  }
}
