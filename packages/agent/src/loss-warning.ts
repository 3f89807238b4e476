import { FreezerError } from '@freezer/core';
import { describeLevel, type LevelReader, type SetCatalog } from '@freezer/format';
import { readPointRecord } from './point-record.ts';
import type { RunContext } from './run-context.ts';

/** Nothing on a storage can prove that its newest points were not removed or exchanged: this host remembers its last one, and says so loudly. */
export async function warnOfLoss(context: RunContext, catalog: SetCatalog, reader: LevelReader): Promise<void> {
  const last = await readPointRecord(context.stateDir, { storage: context.storage.label, engine: catalog.engine, set: catalog.set });
  if (last === undefined) return;
  const chain = catalog.chains.find(({ t0 }) => t0 === last.t0);
  const level = chain?.levels.find(({ id, committed }) => committed && id.level === last.level && id.t === last.t);
  const facts = { set: catalog.set, level: describeLevel(last) };
  if (level === undefined) {
    context.logger.error(facts, 'the last point that this host made is gone from the storage');
    return;
  }
  if ((await digestOf(reader, level, context.signal)) !== last.manifest)
    context.logger.error(facts, 'the last point that this host made was exchanged on the storage');
}

async function digestOf(reader: LevelReader, level: Parameters<LevelReader['peek']>[0], signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await reader.peek(level, { signal }))?.digest;
  } catch (error) {
    if (FreezerError.is(error, 'corrupt') || FreezerError.is(error, 'not_found') || FreezerError.is(error, 'unsupported')) return undefined;
    throw error;
  }
}
