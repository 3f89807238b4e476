import type { JsonValue } from '@freezer/models';

/** A value of a document, as it stands in a column; undefined is shown as Python shows None. */
export type Cell = JsonValue | undefined;
