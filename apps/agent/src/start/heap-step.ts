/** V8 by itself lets objects that nobody needs grow to 40 MB and more: an index of 100 000 entries, of which few are needed at a time. */
const LEAST_STEP_BYTES = 16 * 1024 * 1024;

/**
 * How many bytes a heap of which `kept` are in use may grow before all of it is collected. Of a large heap a fixed step would be a small part, and nearly all of what
 * each collection looks at would stay: half of it keeps the time in proportion.
 */
export const heapStep = (kept: number): number => Math.max(LEAST_STEP_BYTES, kept / 2);
