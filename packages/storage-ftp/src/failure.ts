import { abortable, type ErrorCode, FreezerError, messageOf, socketReason, systemCodeOf } from '@freezer/core';

/** What went wrong while doing what to which object. */
export interface Deed {
  /** 'put', 'get', … */
  readonly operation: string;
  /** A key or a prefix; '' is the whole container. */
  readonly key: string;
  /** `user@host:port:path`. */
  readonly place: string;
}

/** What a reply says, where servers have more than one number for it or one number for several things. */
const ABSENT = /no such|not found|doesn't exist|does not exist|not exist|cannot find/i;
const DENIED = /permission|denied|not permitted|prohibited|not allowed|forbidden|read.?only/i;
/** The last is vsftpd's word for it, and its only one for what it cannot write. */
const FULL =
  /no space|disk full|disk is full|quota (?:exceeded|limit|reached)|(?:disk|exceeded|over|out of) quota|insufficient storage|exceeded storage|failure writing to local file/i;

/** By the number of the reply, where its words say nothing. `false`: the same would be refused again. */
const BY_REPLY: Readonly<Record<number, readonly [ErrorCode, boolean]>> = {
  421: ['unavailable', true],
  425: ['unavailable', true],
  426: ['unavailable', true],
  430: ['unauthenticated', false],
  450: ['unavailable', true],
  451: ['unavailable', true],
  501: ['invalid', false],
  502: ['unsupported', false],
  504: ['unsupported', false],
  521: ['unsupported', false],
  522: ['unsupported', false],
  530: ['unauthenticated', false],
  532: ['unauthenticated', false],
  533: ['unsupported', false],
  534: ['unsupported', false],
  553: ['permission_denied', false],
};

/** The number with which the server refused; undefined for an error that is no reply. */
export function replyOf(error: unknown): number | undefined {
  const isReply = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number' && error.code >= 400 && error.code < 600;
  return isReply ? Number(error.code) : undefined;
}

/** Whether the server answered, and refused. */
export const isRefusal = (error: unknown): boolean => replyOf(error) !== undefined;

/** Whether a refusal says in its words that there is nothing of that name. Many servers have no words for it. */
export const saysAbsent = (error: unknown): boolean => isRefusal(error) && ABSENT.test(messageOf(error));

/** Whether a refusal says in its words that it is a matter of rights. */
export const saysDenied = (error: unknown): boolean => isRefusal(error) && DENIED.test(messageOf(error));

/** A text that stays on one line. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** An error of this package's own making, in the same words as those that the server reports. */
export const failure = (code: ErrorCode, { operation, key, place }: Deed, reason: string, cause?: unknown, retryable?: boolean): FreezerError =>
  new FreezerError(code, oneLine(`ftp storage: ${operation} of '${key}' failed: ${reason} (${place})`), {
    cause,
    details: { operation, key },
    ...(retryable === undefined ? {} : { retryable }),
  });

const said = (error: unknown): string => messageOf(error).slice(0, 200);

/** Code, words, and whether it may go better the next time. */
export function reasonOf(error: unknown): readonly [ErrorCode, string, boolean?] {
  const reply = replyOf(error);
  if (reply !== undefined) {
    // Some servers repeat the path, which may hold any word; what they say of it counts first.
    if (saysAbsent(error)) return ['not_found', `no such object (${said(error)})`];
    if (saysDenied(error) && reply >= 500 && reply !== 552) return ['permission_denied', `permission denied by the server (${said(error)})`];
    if (reply === 452 || reply === 552 || FULL.test(said(error))) return ['no_space', `no space left on the server (${said(error)})`];
    const [code, retryable] = BY_REPLY[reply] ?? ['unavailable', false];
    return [code, `the server refused: ${said(error)}`, retryable];
  }
  if (/^timeout/i.test(messageOf(error))) return ['timeout', 'the server does not answer'];
  const known = socketReason(systemCodeOf(error));
  return ['unavailable', `the connection was lost: ${known ?? said(error)}`];
}

/** The border of this package: what the server or the connection reports becomes a `FreezerError`; one that is one already passes. */
export function translated(error: unknown, deed: Deed): FreezerError {
  if (FreezerError.is(error)) return error;
  if (isOurMistake(error)) return failure('unexpected', deed, messageOf(error), error);
  const [code, reason, retryable] = reasonOf(error);
  return failure(code, deed, reason, error, retryable);
}

/** A mistake in a program is no word of the network. */
const isOurMistake = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && (error.name === 'TypeError' || error.name === 'ReferenceError');

/** Runs one call of the server at the border. An abort ends the waiting at once, with the reason of the signal. */
export async function guarded<Result>(deed: Deed, call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    return await abortable(call(), signal);
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : translated(error, deed);
  }
}

/** What is told of an attempt to connect. */
export const connectReason = (error: unknown): string => socketReason(systemCodeOf(error)) ?? said(error);
