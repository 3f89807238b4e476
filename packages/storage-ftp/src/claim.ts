import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { once } from '@freezer/core';
import { type Deed, failure, isRefusal } from './failure.ts';
import { removeAll, removeEmpty, removeFile } from './folders.ts';
import { exists, lookAt } from './look.ts';
import type { Session } from './session.ts';
import type { Staging } from './staging.ts';

/** A name is claimed for the few steps of one placement. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 100;
/** A claim that is older by the server's clock was left behind: no placement takes so long, since each step of it is bounded. */
const STALE_MS = 300_000;

const CLAIM = /^claim-[\da-f]{32}$/;
const TITLE = /^owner-[\da-f-]{36}$/;

const claimOf = (staging: Staging, target: string): string => staging.beside(`claim-${createHash('sha256').update(target).digest('hex').slice(0, 32)}`);

/** Whether a folder beside those of runs is a claim. */
export const isClaim = (name: string): boolean => CLAIM.test(name);

/**
 * Places something at `target` unless there is something. FTP has no call that makes a file only when it is absent, and its rename replaces what
 * is there; but no rename replaces a folder that holds something. So a folder with one file, the title, is renamed to one place for each target,
 * beside the folders of runs: who succeeds may look and place. The title has a name that is never used again and holds the owner. A claim ends by the
 * removal of its title: who is late with that, because somebody else ended the claim and a third one claims the name by now, takes nothing away.
 */
export async function placeClaimed(session: Session, staging: Staging, target: string, deed: Deed, place: () => Promise<void>): Promise<void> {
  const claim = claimOf(staging, target);
  const title = await takeClaim(session, staging, claim, deed);
  try {
    if (await exists(session, target)) throw failure('already_exists', deed, 'it exists already');
    await place();
  } finally {
    if (session.isUsable) await endClaim(session, claim, title);
  }
}

/** The title of a claim; undefined when it has none, or there is no claim. */
export async function titleOf(session: Session, claim: string): Promise<string | undefined> {
  return (await session.entries(claim))?.find(({ name }) => TITLE.test(name))?.name;
}

/** Ends the claim of one title, and no other. Without a title: only one that is empty. */
export async function endClaim(session: Session, claim: string, title: string | undefined): Promise<void> {
  // Nothing may stand in a folder that is removed, on some servers.
  await session.enters('/');
  if (title !== undefined && !(await removeFile(session, `${claim}/${title}`))) return;
  // By now the folder of the next one may stand here: it holds something, and stays.
  await removeEmpty(session, claim);
}

/** Resolves to the title. */
async function takeClaim(session: Session, staging: Staging, claim: string, deed: Deed): Promise<string> {
  const end = performance.now() + PATIENCE_MS;
  const mine = await staging.makeFolder(session);
  const title = `owner-${randomUUID()}`;
  await session.upload(once(staging.owner), `${mine}/${title}`);
  for (;;) {
    try {
      await session.rename(mine, claim);
      return title;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (!(await exists(session, `${mine}/${title}`))) throw error;
      const held = await titleOf(session, claim);
      if (held === undefined) await endClaim(session, claim, undefined);
      else if (await isStale(session, `${claim}/${held}`, `${mine}/${title}`)) await endClaim(session, claim, held);
      if (performance.now() > end) {
        await removeAll(session, mine);
        throw failure('unavailable', deed, 'another run claims this name and does not give it back', error);
      }
    }
    await wait(LOOK_MS / 2 + Math.random() * LOOK_MS);
  }
}

/** By the server's clock alone. */
async function isStale(session: Session, held: string, mine: string): Promise<boolean> {
  const [since, now] = [(await lookAt(session, held))?.modifiedAt, (await lookAt(session, mine))?.modifiedAt];
  return since !== undefined && now !== undefined && now - since > STALE_MS;
}
