import { formatUtc } from '@freezer/core';
import type { Pin } from '@freezer/format';
import { formatInstant } from '@freezer/terminal';

/** `pinned`, and why where that is known: `pinned: before the upgrade`. */
export const pinReason = ({ reason }: Pin): string => (reason === '' ? 'pinned' : `pinned: ${reason}`);

/** The same with when and by whom. */
export function pinText(pin: Pin): string {
  const since = pin.at === undefined ? '' : ` since ${formatInstant(pin.at)}`;
  return `pinned${since}${pin.host === '' ? '' : ` by ${pin.host}`}${pin.reason === '' ? '' : `: ${pin.reason}`}`;
}

/** A pin as JSON: `pinned_at` in UTC, null when the pin does not say. */
export const pinJson = (pin: Pin) => ({ pinned_at: pin.at === undefined ? null : formatUtc(pin.at), host: pin.host, reason: pin.reason });
