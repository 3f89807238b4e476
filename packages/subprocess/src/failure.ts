import { displayPath, FreezerError, type ProgramStage } from '@freezer/core';
import type { ChainExit } from './program.ts';

/** On which side of the stages the storage is: 'end' for a backup, 'start' for a restore. */
export type StorageSide = 'end' | 'start';

const MAX_REASON_CHARS = 300;

/** Whether a program ended as it should: with 0, or with a code that the maker of the stage declared good. */
export const endedWell = (exit: ChainExit, stage: ProgramStage): boolean =>
  exit.signal === null && exit.code !== null && (stage.okExits ?? [0]).includes(exit.code);

/**
 * The program to blame when a chain failed, as an error of one line (`unexpected`), or undefined when every program ended well.
 * Of several that failed it is the one nearest the storage, leaving out those that only felt the failure of another: who was
 * killed by SIGPIPE or complained of a broken pipe, whom we told to end, and whose input we cut off after another had failed. `exits` and `stages` are in the order of the bytes.
 */
export function failureOf(exits: readonly ChainExit[], stages: readonly ProgramStage[], storageAt: StorageSide): FreezerError | undefined {
  const cause = causeOf(exits, stages, storageAt);
  if (cause !== undefined) return cause;
  const bad = badOnes(exits, stages);
  const first = (storageAt === 'end' ? bad.at(-1) : bad[0]) ?? undefined;
  if (first === undefined) return undefined;
  const unread = bad.find((index) => exits[index]?.brokenPipe === true && exits[index + 1] !== undefined && !bad.includes(index + 1));
  return unread === undefined ? describe(exits[first]) : earlyEnd(exits[unread], exits[unread + 1]);
}

/** Like `failureOf`, but undefined when everything that failed can be the consequence of something outside the chain. */
export function causeOf(exits: readonly ChainExit[], stages: readonly ProgramStage[], storageAt: StorageSide): FreezerError | undefined {
  const own = badOnes(exits, stages).filter((index) => exits[index]?.stopped === false && exits[index]?.brokenPipe === false);
  const first = own.filter((index) => exits[index]?.late === false);
  const causes = first.length > 0 ? first : own;
  const index = storageAt === 'end' ? causes.at(-1) : causes[0];
  return index === undefined ? undefined : describe(exits[index]);
}

const badOnes = (exits: readonly ChainExit[], stages: readonly ProgramStage[]): number[] =>
  exits.flatMap((exit, index) => {
    const stage = stages[index];
    return stage === undefined || endedWell(exit, stage) ? [] : [index];
  });

function describe(exit: ChainExit | undefined): FreezerError | undefined {
  if (exit === undefined) return undefined;
  const { name, code, signal } = exit;
  const how = signal === null ? `ended with ${code}` : `was killed by ${signal}`;
  const reason = reasonOf(exit);
  const details = { program: name, ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) };
  return new FreezerError('unexpected', `${name} ${how}${reason === '' ? '' : `: ${reason}`}`, { details });
}

const earlyEnd = (writer: ChainExit | undefined, reader: ChainExit | undefined): FreezerError =>
  new FreezerError('unexpected', `${reader?.name} ended before it had read all that ${writer?.name} wrote`, { details: { program: reader?.name ?? '' } });

/** The last line of stderr as text, without the name that most programs put before it. */
function reasonOf({ name, lastLine }: ChainExit): string {
  // A terminal must not act on what a file name holds.
  const line = displayPath(lastLine)
    .replaceAll(/[\u0000-\u001f\u007f]/g, '?')
    .trim();
  const text = line.startsWith(`${name}: `) ? line.slice(name.length + 2) : line;
  return text.length > MAX_REASON_CHARS ? `${text.slice(0, MAX_REASON_CHARS)}…` : text;
}
