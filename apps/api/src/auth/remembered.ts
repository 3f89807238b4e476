import type { IncomingMessage } from 'node:http';
import type { Authenticate, Caller } from '@freezer/api';

/** Asks once for each request, whoever wants to know first. */
export function remembering(authenticate: Authenticate): Authenticate {
  const known = new WeakMap<IncomingMessage, Promise<Caller | undefined>>();
  return (request, options) => {
    const before = known.get(request);
    if (before) return before;
    const asked = Promise.resolve().then(() => authenticate(request, options));
    // Whoever waits for it hears of a failure; nobody may wait any more.
    asked.catch(() => undefined);
    known.set(request, asked);
    return asked;
  };
}
