import { type ErrorCode, FreezerError } from '@freezer/core';
import { KeystoneError, KeystoneSession, type SessionOptions } from '@freezer/keystone-auth';
import type { Account } from './account.ts';

/** An account that the catalog of a Keystone names. */
export class KeystoneAccount implements Account {
  readonly #session: KeystoneSession;
  #url: string | undefined;

  constructor(options: SessionOptions) {
    this.#session = new KeystoneSession(options);
  }

  async storageUrl(signal?: AbortSignal): Promise<string> {
    this.#url ??= await translated(() => this.#session.endpoint({ type: 'object-store' }, optionsOf(signal)));
    return this.#url;
  }

  async token(signal?: AbortSignal): Promise<string> {
    return await translated(() => this.#session.token(optionsOf(signal)));
  }

  async renew(rejected: string, signal?: AbortSignal): Promise<string> {
    return await translated(() => this.#session.renew(rejected, optionsOf(signal)));
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

const optionsOf = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } => (signal === undefined ? {} : { signal });

const HINTS: Readonly<Record<string, string>> = {
  unauthenticated: '; are user, password, project and domains (OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME, …) right?',
};

/** What Keystone lacks is no missing object, and what is wrong with its answers or certificates no wrong use. */
const CODES: Readonly<Record<string, ErrorCode>> = { not_found: 'unavailable', invalid: 'unavailable' };

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!KeystoneError.is(error)) throw error;
    throw new FreezerError(CODES[error.code] ?? error.code, `swift storage: ${error.message}${HINTS[error.code] ?? ''}`, {
      cause: error,
      retryable: error.retryable,
      details: { ...error.details, ...(error.retryAfterSeconds !== undefined && { retry_after_seconds: error.retryAfterSeconds }) },
    });
  }
}
