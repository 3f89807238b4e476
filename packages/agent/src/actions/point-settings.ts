import type { TrustPolicy } from '@freezer/format';
import type { ChosenPoint } from '../restore/choose-point.ts';
import type { Settings } from '../settings/settings.ts';

/** What has to be proved of levels that are read. */
export const trustOf = (settings: Settings): TrustPolicy => ({
  allowUnauthenticated: settings.allow_unauthenticated,
  requireAuthenticated: settings.require_authenticated,
});

/** What was backed up, as the newest level tells it; undefined where Python made it. */
export const sourcePathOf = ({ levels }: Pick<ChosenPoint, 'levels'>): string | undefined => levels.at(-1)?.manifest?.document.source.path;
