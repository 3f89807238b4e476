import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FreezerError } from '@freezer/core';

/** One for a connection and not for each of its requests: a signal takes longer to make than a short query. */
const signals = new WeakMap<Socket, AbortSignal>();

/** Aborted when the caller goes away, for all requests of his connection. */
export function callerGone({ socket }: IncomingMessage): AbortSignal {
  const known = signals.get(socket);
  if (known) return known;
  const controller = new AbortController();
  // Of a connection on which many requests are sent ahead.
  setMaxListeners(0, controller.signal);
  const gone = (): void => controller.abort(new FreezerError('aborted', 'the caller went away'));
  if (socket.destroyed) gone();
  else socket.once('close', gone);
  signals.set(socket, controller.signal);
  return controller.signal;
}
