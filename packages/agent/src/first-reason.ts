/**
 * What went wrong first. Where giving a resource back (`await using`) fails because of the same trouble that the run failed for, the language
 * throws an error about that, with the reason of the run inside.
 */
export function firstReason(error: unknown): unknown {
  let found = error;
  while (typeof found === 'object' && found !== null && 'error' in found && 'suppressed' in found) found = found.suppressed;
  return found;
}
