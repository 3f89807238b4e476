import type { SourceLease } from '@freezer/core';

/** How a source is named in a manifest: a path absolutely, so that the next run can tell whether it is the same. */
export const sourceName = ({ kind, resource, description }: SourceLease): string => (kind === 'path' ? resource : description);
