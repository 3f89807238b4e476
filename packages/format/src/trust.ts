import { FreezerError } from '@freezer/core';
import { describeLevel } from './catalog.ts';
import type { OpenedLevel } from './level-reader.ts';

export interface TrustPolicy {
  /** Take levels that nobody vouches for in a chain of which others are vouched for by a passphrase. */
  readonly allowUnauthenticated: boolean;
  /** Refuse every level that no passphrase vouches for. */
  readonly requireAuthenticated: boolean;
}

const isVouchedFor = (opened: OpenedLevel): boolean => opened.manifest?.vouching === 'hmac-sha256';

/**
 * Judges the levels of one point, level 0 first. `chainIsAuthenticated`: some level of the chain has an HMAC manifest.
 * Resolves to warnings; fails with `unauthenticated` or `corrupt` when the point must not be restored.
 *
 * A level without manifest is let pass below a level whose own, authenticated manifest says that Python made its base.
 */
export function judgeTrust(set: string, levels: readonly OpenedLevel[], chainIsAuthenticated: boolean, policy: TrustPolicy): readonly string[] {
  checkBases(set, levels);
  const warnings: string[] = [];
  levels.forEach((opened, at) => {
    if (isVouchedFor(opened)) return;
    const what = `${describeLevel(opened.level.id)} of set ${set}`;
    const kind = opened.manifest === undefined ? 'has no manifest' : 'has a manifest without a passphrase';
    if (policy.requireAuthenticated) throw new FreezerError('unauthenticated', `${what}: ${kind}, and --require-authenticated was given`);
    const vouchedFromAbove = levels.slice(at + 1).some(isVouchedFor) && opened.manifest === undefined && namedAsPythons(levels, at);
    if (chainIsAuthenticated && !vouchedFromAbove && !policy.allowUnauthenticated) {
      throw new FreezerError(
        'unauthenticated',
        `${what}: ${kind}, though others of its chain are authenticated; it may be forged; give --allow-unauthenticated to take it all the same`,
      );
    }
    if (opened.manifest === undefined) warnings.push(`${what}: was made without manifest (by Python Freezer); damage is found only by its compression`);
    else if (chainIsAuthenticated) warnings.push(`${what}: ${kind}, though others of its chain are authenticated; taken because of --allow-unauthenticated`);
  });
  return warnings;
}

/** Whether an unbroken line of levels from `at` upwards ends in an authenticated manifest that says: my base has no manifest. */
function namedAsPythons(levels: readonly OpenedLevel[], at: number): boolean {
  for (const above of levels.slice(at + 1)) {
    if (above.manifest === undefined) continue;
    return isVouchedFor(above) && above.manifest.document.base?.manifest === null;
  }
  return false;
}

/** Each manifest names its base by digest: a base that was exchanged is refused. */
function checkBases(set: string, levels: readonly OpenedLevel[]): void {
  levels.forEach((opened, at) => {
    const below = levels[at - 1];
    const base = opened.manifest?.document.base;
    if (below === undefined || opened.manifest === undefined) return;
    const what = `manifest of ${describeLevel(opened.level.id)} of set ${set}`;
    if (!base) throw new FreezerError('corrupt', `${what}: names no base, though it is an increment`);
    if (base.level !== below.level.id.level || base.t !== below.level.id.t)
      throw new FreezerError('corrupt', `${what}: names ${base.level}_${base.t} as its base, not ${describeLevel(below.level.id)}`);
    if (base.manifest !== (below.manifest?.digest ?? null))
      throw new FreezerError('corrupt', `${what}: its base ${describeLevel(below.level.id)} is not the one that it was made from`);
  });
}
