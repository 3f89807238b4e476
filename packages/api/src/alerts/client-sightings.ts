import type { DocumentStore } from '@freezer/core';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import type { Item } from '../documents/item.ts';
import { clientName } from './alerts-of.ts';

/** A sighting is written at most so often, in seconds: polls come much more often. */
const WRITE_EVERY = 300;
const KEPT = 100_000;

export interface SightingsOptions {
  readonly leases: DocumentStore<Item>;
  /** Epoch seconds. */
  readonly seconds: () => number;
  readonly logger: Logger;
}

/** When which client was last heard of: it asked for its jobs, or wrote how one stands. */
export class ClientSightings {
  readonly #options: SightingsOptions;
  readonly #written = new Map<string, number>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: SightingsOptions) {
    this.#options = options;
  }

  /** Resolves when everything that was seen so far is written. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Takes note; writes behind the request, which does not wait for it. */
  saw(projectId: string, clientId: string): void {
    const name = clientName(projectId, clientId);
    const now = this.#options.seconds();
    if (now - (this.#written.get(name) ?? 0) < WRITE_EVERY) return;
    if (this.#written.size >= KEPT) this.#written.clear();
    this.#written.set(name, now);
    const before = this.#last;
    this.#last = this.#write(name, projectId, clientId, now).then(
      () => before,
      (error: unknown) => this.#options.logger.warn({ client: clientId, reason: messageOf(error) }, 'that a client was heard of could not be written'),
    );
  }

  async #write(name: string, projectId: string, clientId: string, now: number): Promise<void> {
    const { leases } = this.#options;
    const id = `heard/${name}`;
    const document = { kind: 'heard', project_id: projectId, client_id: clientId, heard: now };
    const stored = await leases.get(id, {});
    try {
      if (stored) await leases.replace(id, document, stored.owner, stored);
      else await leases.create(id, document, { projectId, userId: '' });
    } catch (error) {
      // Another process heard of it at the same time.
      if (!FreezerError.is(error, 'conflict') && !FreezerError.is(error, 'already_exists')) throw error;
    }
  }
}
