import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Deed, failure, isRefusal } from './failure.ts';
import { removeAll } from './folders.ts';
import { exists, lookAt } from './look.ts';
import type { Session } from './session.ts';
import type { Staging } from './staging.ts';

/** A name is claimed for the few steps of one placement. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 100;
/** A claim that is older by the server's clock was left behind: no placement takes so long, since each step of it is bounded. */
const STALE_MS = 300_000;

const claimOf = (staging: Staging, target: string): string => staging.beside(`claim-${createHash('sha256').update(target).digest('hex').slice(0, 32)}`);

/**
 * Places something at `target` unless there is something. FTP has no call that makes a file only when it is absent, and its rename replaces what
 * is there; but no rename replaces a folder that holds something. So a folder of the name of the target, with the owner in it, is renamed to one place
 * beside the folders of runs: who succeeds may look and place. A claim that was left behind shows among the remains, with its owner.
 */
export async function placeClaimed(session: Session, staging: Staging, target: string, deed: Deed, place: () => Promise<void>): Promise<void> {
  const claim = claimOf(staging, target);
  const mine = await takeClaim(session, staging, claim, deed);
  try {
    if (await exists(session, target)) throw failure('already_exists', deed, 'it exists already');
    await place();
  } finally {
    if (session.isUsable) await giveBack(session, claim, mine);
  }
}

/** Out of its place at once, and then removed: in a claim that is half removed the next one could come to lie. */
async function giveBack(session: Session, claim: string, aside: string): Promise<void> {
  try {
    await session.rename(claim, aside);
  } catch (error) {
    // Somebody took it for one that was left behind.
    if (!isRefusal(error)) throw error;
    return;
  }
  await removeAll(session, aside);
}

/** Resolves to the place that the claim was made in, which is free again. */
async function takeClaim(session: Session, staging: Staging, claim: string, deed: Deed): Promise<string> {
  const end = performance.now() + PATIENCE_MS;
  const mine = await staging.makeOwnedFolder(session);
  for (;;) {
    try {
      await session.rename(mine, claim);
      return mine;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (!(await exists(session, `${mine}/owner`))) throw error;
      const held = await lookAt(session, `${claim}/owner`);
      const now = (await lookAt(session, `${mine}/owner`))?.modifiedAt;
      if (held?.modifiedAt !== undefined && now !== undefined && now - held.modifiedAt > STALE_MS) await giveBack(session, claim, `${mine}-stale`);
      else if (performance.now() > end) {
        await removeAll(session, mine);
        throw failure('unavailable', deed, 'another run claims this name and does not give it back', error);
      }
    }
    await wait(LOOK_MS / 2 + Math.random() * LOOK_MS);
  }
}
