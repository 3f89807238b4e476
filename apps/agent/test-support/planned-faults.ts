import { FreezerError } from '@freezer/core';
import type { Fault, FaultyOperation } from '@freezer/testing';

export interface PlannedCall {
  readonly operation: FaultyOperation;
  /** Which of the calls of this operation, from 1. */
  readonly call: number;
  /** For messages. */
  readonly name: string;
}

/** The calls of a run, as `FaultyStorage` wrote them down. */
export function plannedCalls(lines: readonly string[]): readonly PlannedCall[] {
  const counts = new Map<string, number>();
  return lines.map((line, at) => {
    const operation = line.split(' ', 1)[0] as FaultyOperation;
    const call = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, call);
    return { operation, call, name: `call ${at + 1}, ${line}` };
  });
}

/** What may go wrong with one call. Of reads only what is another thing for whoever reads. */
export function faultsOf({ operation, call }: PlannedCall): readonly Fault[] {
  const one = { operation, call, error: new FreezerError('unavailable', `storage: ${operation} number ${call} failed as planned`) };
  const faults: Fault[] = [{ ...one, kind: 'before' }];
  if (operation !== 'stat') faults.push({ ...one, kind: 'after' });
  if (operation === 'get') faults.push({ ...one, kind: 'truncate' });
  if (operation === 'put' || operation === 'get') faults.push({ ...one, kind: 'truncate', bytes: 40 });
  if (operation !== 'get' && operation !== 'stat') faults.push({ ...one, kind: 'twice' });
  return faults;
}
