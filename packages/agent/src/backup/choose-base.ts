import { detectCfbDigest } from '@freezer/codec';
import {
  type CallOptions,
  decideLevel,
  descentsOf,
  FreezerError,
  type LevelDecision,
  type Logger,
  levelFolder,
  messageOf,
  nextTime,
  type SetId,
  type SourceLease,
  setName,
} from '@freezer/core';
import { type LevelReader, type OpenedLevel, type SetCatalog, unclaimedLevels } from '@freezer/format';
import { isCompression } from '@freezer/models';
import { type ChainView, type LevelView, viewChain, warnOfDamage } from '../chain-view.ts';
import type { RunContext } from '../run-context.ts';
import type { BackupRequest } from './backup-request.ts';
import { changedContent } from './content-change.ts';
import { sourceName } from './source-name.ts';
import { changedType } from './source-type.ts';

/** What the next level is, and what it stands on. */
export interface BackupPlan {
  readonly level: number;
  /** Why it is a full, or what it is based on; for the log. */
  readonly reason: string;
  /** Undefined for a full. */
  readonly base: OpenedLevel | undefined;
  /** The chain that it is added to. */
  readonly chain: ChainView | undefined;
  /** The earliest T allowed. */
  readonly earliest: number;
}

const HEAD_BYTES = 4096;

/** Decides level, base and time of the next run of a set. Fails with `conflict` when the clock is behind the newest level. */
export async function chooseBase(
  context: RunContext,
  request: BackupRequest,
  catalog: SetCatalog,
  reader: LevelReader,
  lease: SourceLease,
): Promise<BackupPlan> {
  const { now, signal, logger } = context;
  const committed = catalog.chains.filter((chain) => chain.levels.some((level) => level.committed));
  const newest = committed.at(-1);
  const view = newest === undefined ? undefined : await viewChain(reader, newest, { signal });
  if (view) warnOfDamage([view], catalog.set, logger);
  if (view) checkOwnership(view, request.set);
  if (view && request.encryption === undefined) warnOfClearText(view, catalog.set, logger);
  const decide = (noIncremental: boolean): LevelDecision =>
    decideLevel({ chains: view ? [view] : [], now: now(), ...request.levels, noIncremental: noIncremental || request.levels.noIncremental === true });
  const earliest = nextTime(now(), lastTime(catalog), { force: request.force });
  const decision = decide(false);
  for (const warning of decision.warnings) logger.warn({ set: catalog.set }, warning);
  if (decision.kind === 'full' || view === undefined) return { level: 0, reason: decision.reason, base: undefined, chain: view, earliest };
  const entry = view.levels.find(({ id }) => id.level === decision.base.id.level && id.t === decision.base.id.t);
  const { name, capabilities } = context.engine;
  const base = capabilities.incremental
    ? (followedLinks(request) ?? faultBelow(view, entry) ?? changedSource(entry, lease) ?? (await openBase(reader, request, entry, lease, { signal })))
    : `engine ${name} makes no increments on this host, because a program that it needs for them is missing`;
  if (typeof base !== 'string') warnOfForeign(view, base, catalog.set, logger);
  if (typeof base !== 'string') return { level: decision.level, reason: decision.reason, base, chain: view, earliest };
  logger.warn({ set: catalog.set, reason: base }, 'a new full is made');
  return { level: 0, reason: base, base: undefined, chain: view, earliest };
}

/** A pass file that was forgotten does not go by unseen: what is stored then, anybody can read who can read the storage. */
function warnOfClearText({ levels }: ChainView, set: string, logger: Logger): void {
  if (levels.some(({ manifest }) => manifest !== undefined && manifest.document.options.encryption !== null))
    logger.warn({ set }, 'this backup is stored in clear text, although the last chain of the set is encrypted: no --encrypt-pass-file was given');
}

/** Host and name are joined to one name on the storage: `a_b` and `c` is `a` and `b_c`. Two sets must not share one chain. Fails with `conflict`. */
function checkOwnership(view: ChainView, set: SetId): void {
  for (const { manifest } of view.levels) {
    const own = manifest?.document.identity;
    if (own === undefined || (own.host === set.host && own.name === set.name)) continue;
    const theirs = `host '${own.host}' and backup name '${own.name}'`;
    throw new FreezerError(
      'conflict',
      `set ${setName(set)}: belongs to ${theirs}; choose another --backup-name, or give --hostname ${own.host} to continue it`,
    );
  }
}

/** tar tells a directory by its inode: one that it meets under two names it takes for renamed, and a restore would move it. */
function followedLinks({ shape: { dereference } }: BackupRequest): string | undefined {
  if (dereference !== 'soft' && dereference !== 'all') return undefined;
  return `with --dereference-symlink ${dereference} each level is a full, because tar takes a directory that two links lead to for a renamed one`;
}

/** What is wrong with a level that the base stands on, or with the base itself, as far as a listing and the manifests tell. */
function faultBelow(view: ChainView, entry: LevelView | undefined): string | undefined {
  if (entry === undefined || !descentsOf(view).get(entry)?.ok) return 'the base is gone';
  return entry.fault && `the chain cannot be restored: ${entry.fault.message}`;
}

/** An increment is right only for the very source that its base was made from: elsewhere equal names, times and inodes say nothing. */
function changedSource(entry: LevelView | undefined, lease: SourceLease): string | undefined {
  const before = entry?.manifest?.document.source;
  if (before === undefined || (before.kind === lease.kind && before.path === sourceName(lease))) return undefined;
  return `the source is ${sourceName(lease)}, and was ${before.path} for the base`;
}

/** A chain that vouches for its levels, and was continued by somebody who does not: a restore will ask for `--allow-unauthenticated`. */
function warnOfForeign(view: ChainView, base: OpenedLevel, set: string, logger: Logger): void {
  const isAuthenticated = view.levels.some(({ manifest }) => manifest?.vouching === 'hmac-sha256');
  if (isAuthenticated && base.manifest === undefined) {
    logger.warn(
      { set, level: levelFolder(base.level.id) },
      'the base was made by Python Freezer on a chain of ours: a level on it is authenticated, the base is not',
    );
  }
}

/** The newest T that anybody took, also of runs that are at work: two levels never share a second. */
function lastTime(catalog: SetCatalog): number | undefined {
  const times = catalog.chains.flatMap((chain) => chain.levels.map(({ id }) => id.t));
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

/** The base, opened; or why it cannot be built upon. */
async function openBase(
  reader: LevelReader,
  request: BackupRequest,
  entry: LevelView | undefined,
  lease: SourceLease,
  options: CallOptions,
): Promise<OpenedLevel | string> {
  if (entry === undefined) return 'the base is gone';
  try {
    const opened = await reader.open(entry.level, options);
    const misfit = await encryptionMisfit(reader, request, opened, options);
    if (misfit !== undefined) return misfit;
    const changed = opened.manifest && changedContent(opened.manifest.document.options, request.shape);
    if (changed !== undefined) return `${changed} is not what it was for the base`;
    await reader.check(opened, options);
    return (await changedType(opened, lease)) ?? opened;
  } catch (error) {
    if (!FreezerError.is(error, 'corrupt') && !FreezerError.is(error, 'unauthenticated') && !FreezerError.is(error, 'not_found')) throw error;
    return `the base cannot be used: ${messageOf(error)}`;
  }
}

/** A chain is encrypted by one passphrase or not at all: otherwise part of it could be forged, or not be read. */
async function encryptionMisfit(reader: LevelReader, request: BackupRequest, base: OpenedLevel, options: CallOptions): Promise<string | undefined> {
  const wanted = request.encryption;
  const isEncrypted = base.manifest === undefined ? base.metadata.encryption === true : base.manifest.vouching === 'hmac-sha256';
  if (isEncrypted !== (wanted !== undefined))
    return isEncrypted ? 'the chain is encrypted, and no pass file was given' : 'the chain is not encrypted, and a pass file was given';
  if (wanted === undefined) return undefined;
  const another = `the chain of ${setName(request.set)} is encrypted by another passphrase`;
  // Of several that were given the first encrypts, and any of them may have opened the base.
  if (base.manifest !== undefined) return base.passphrase?.equals(wanted.passphrase) === true ? undefined : another;
  const head = await reader.head(base, HEAD_BYTES, options);
  const fits = detectCfbDigest(head, wanted.passphrase, isCompression(base.metadata.compression) ? base.metadata.compression : undefined);
  return fits === undefined ? another : undefined;
}

/** Says that there is data of which nobody tells whose it is. */
export function warnOfUnclaimed(catalog: SetCatalog, logger: Logger): void {
  const levels = catalog.chains.reduce((count, chain) => count + unclaimedLevels(chain).length, 0);
  if (levels > 0) logger.warn({ set: catalog.set, levels }, 'data without metadata: a run of Python Freezer is at work, or left it');
}
