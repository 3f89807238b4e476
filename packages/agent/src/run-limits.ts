import { type Clock, RateLimit, SYSTEM_CLOCK, type TransferLimits } from '@freezer/core';
import type { Settings } from './settings/settings.ts';

type LimitSettings = Pick<Settings, 'upload_limit' | 'download_limit'>;

/** The limits of a run in bytes per second, shared by all that it moves to and from storages. */
export class RunLimits implements TransferLimits {
  readonly upload: RateLimit;
  readonly download: RateLimit;

  constructor({ upload_limit, download_limit }: LimitSettings, clock: Clock = SYSTEM_CLOCK) {
    this.upload = new RateLimit(upload_limit, clock);
    this.download = new RateLimit(download_limit, clock);
  }

  /** Takes effect at once, also for what is on its way. */
  change({ upload_limit, download_limit }: LimitSettings): void {
    this.upload.setRate(upload_limit);
    this.download.setRate(download_limit);
  }
}
