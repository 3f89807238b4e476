import { FreezerError, messageOf } from '@freezer/core';
import type { Result } from '@freezer/models';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { firstReason } from '../first-reason.ts';
import type { StorageSection } from '../settings/storage-sections.ts';

export type OneStorageAction = (input: ActionInput) => Promise<ActionResult>;

interface DoneThere extends ActionResult {
  /** The failure, when it is what the caller wrote that is wrong. */
  readonly wrong?: FreezerError;
}

interface Done {
  readonly name: string;
  readonly done: DoneThere;
}

const RANK: readonly Result[] = ['success', 'partial', 'aborted', 'fail'];
const worst = (results: readonly Result[]): Result => results.reduce((a, b) => (RANK.indexOf(a) >= RANK.indexOf(b) ? a : b), 'success');

/**
 * Does the same in each storage, one after the other. What fails in one keeps nobody from the others; the run then fails.
 * Fails with `invalid` when each of them says that of what the caller wrote.
 */
export async function eachStorage(input: ActionInput, action: OneStorageAction): Promise<ActionResult> {
  const all: Done[] = [];
  for (const section of input.storageSections) all.push({ name: section.name, done: await doOne(input, section, action) });
  const wrong = all.map(({ done }) => done.wrong);
  if (wrong[0] !== undefined && wrong.every((error) => error !== undefined)) throw wrong[0];
  const [failed] = all.filter(({ done }) => done.failure !== undefined);
  return {
    result: worst(all.map(({ done }) => done.result)),
    failure: failed && `storage ${failed.name}: ${failed.done.failure}`,
    output: { text: textOf(all), json: { action: input.action, storages: all.map(jsonOf) } },
  };
}

async function doOne(input: ActionInput, section: StorageSection, action: OneStorageAction): Promise<DoneThere> {
  try {
    return await action({ ...input, storageSections: [section] });
  } catch (thrown) {
    input.signal.throwIfAborted();
    const error = firstReason(thrown);
    if (!FreezerError.is(error)) throw error;
    input.logger.error({ storage: section.name, reason: messageOf(error) }, `${input.action} failed in one of the storages`);
    return { result: 'fail', failure: messageOf(error), ...(FreezerError.is(error, 'invalid') && { wrong: error }) };
  }
}

async function* textOf(all: readonly Done[]): AsyncGenerator<string> {
  for (const { name, done } of all) {
    yield `[storage:${name}]\n`;
    const text = done.output?.text ?? '';
    if (typeof text === 'string') yield text;
    else yield* text;
    if (done.output === undefined && done.failure !== undefined) yield `FAILED: ${done.failure}\n`;
  }
}

const jsonOf = ({ name, done }: Done) => ({
  storage: name,
  result: done.result,
  ...(done.failure !== undefined && { error: done.failure }),
  ...(done.output && { output: done.output.json }),
});
