import { type CallOptions, checkNamePart, dataPrefix, type Logger, type SetId, type Storage, setName } from '@freezer/core';
import type { RunContext } from './run-context.ts';

export interface SetEngineRequest {
  readonly storage: Storage;
  /** In the order in which they are preferred, at least one. */
  readonly engines: readonly string[];
  readonly host: string;
  readonly name: string;
  readonly logger: Logger;
}

/**
 * Which engine made the set of a name. Where several did, the preferred one, with a warning; where none did, the preferred one. Fails with `invalid`
 * when it cannot be a name.
 */
export async function engineOfSet({ storage, engines, host, name, logger }: SetEngineRequest, options: CallOptions = {}): Promise<string> {
  checkNamePart('--hostname', host);
  checkNamePart('--backup-name', name);
  const set = setName({ host, name });
  const [preferred = '', ...others] = engines;
  const holders: string[] = [];
  for (const engine of others) if (await hasLevels(storage, dataPrefix(engine, set), options)) holders.push(engine);
  if (holders.length === 0) return preferred;
  if (await hasLevels(storage, dataPrefix(preferred, set), options)) holders.unshift(preferred);
  const [taken = preferred, ...hidden] = holders;
  if (hidden.length > 0)
    logger.warn({ set }, `the engines ${holders.join(' and ')} have sets of this name: that of ${taken} is meant, others are named by --engine`);
  return taken;
}

const LEVEL = /^\d{1,15}\/\d{1,9}_\d{1,15}\//;

/** Other sets may lie below the same folder. */
async function hasLevels(storage: Storage, prefix: string, options: CallOptions): Promise<boolean> {
  for await (const { key } of storage.list(prefix, options)) if (LEVEL.test(key.slice(prefix.length + 1))) return true;
  return false;
}

/** The run with the engine of a set. */
export async function withEngineOf(context: RunContext, { engine }: SetId): Promise<RunContext> {
  return engine === context.engine.name ? context : { ...context, engine: await context.openEngine(engine) };
}
