import { type DocumentScope, type Logger, messageOf } from '@freezer/core';
import type { ApiContext } from '../api-context.ts';
import { changeDocument } from '../documents/change-document.ts';
import { findClient, recordOf } from './client-item.ts';

/** With each poll a scheduler says who it is, so that it needs no request of its own to say that it is there. */
export const INSTANCE_HEADER = 'x-freezer-instance';

/** Written at most so often, in seconds: the shortest silence that counts is six times as long. */
const WRITE_EVERY = 5;
const KEPT = 100_000;

/** That the scheduler which holds a client id polls. Written behind the answer, which does not wait for it. */
export class SignsOfLife {
  readonly #seconds: () => number;
  readonly #logger: Logger;
  readonly #written = new Map<string, number>();

  constructor(seconds: () => number, logger: Logger) {
    this.#seconds = seconds;
    this.#logger = logger;
  }

  saw(api: Pick<ApiContext, 'clients'>, scope: DocumentScope, clientId: string, instance: string): void {
    const now = this.#seconds();
    if (now - (this.#written.get(instance) ?? 0) < WRITE_EVERY) return;
    if (this.#written.size >= KEPT) this.#written.clear();
    this.#written.set(instance, now);
    write(api, scope, { clientId, instance, now }).catch((error: unknown) =>
      this.#logger.warn({ client: clientId, reason: messageOf(error) }, 'that a client is there could not be written'),
    );
  }
}

async function write(
  api: Pick<ApiContext, 'clients'>,
  scope: DocumentScope,
  { clientId, instance, now }: { readonly clientId: string; readonly instance: string; readonly now: number },
): Promise<void> {
  const found = await findClient(api, scope, clientId);
  if (!found) return;
  await changeDocument(api.clients, found.id, scope, (document, current) => {
    const client = recordOf(current);
    // Who is not the client has to ask for it.
    return client['instance_uuid'] === instance ? { document: { ...document, client: { ...client, last_seen: now } } } : undefined;
  });
}
