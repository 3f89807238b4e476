import type { ErrorCode } from '@freezer/core';

/** What differs between the databases, apart from what kysely knows. */
export interface Dialect {
  /** The value of `[storage] backend`. */
  readonly kind: 'sqlite' | 'postgresql' | 'mysql';
  /** Over how many rows the totals of a project are spread, so that its writers do not wait for one another. */
  readonly totalSlots: number;
  /** How a failure of the driver is called; undefined when it is nobody's fault but ours. */
  readonly codeOf: (error: unknown) => ErrorCode | undefined;
  /** Whether the transaction is to be done again: a deadlock, or a lock that another process holds. */
  readonly isTransient: (error: unknown) => boolean;
  /** Whether a unique index refused the row. */
  readonly isDuplicate: (error: unknown) => boolean;
  /** Whether a table of ours is not there. */
  readonly isUnmigrated: (error: unknown) => boolean;
}
