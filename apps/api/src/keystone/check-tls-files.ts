import { access, constants } from 'node:fs/promises';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { SessionOptions } from '@freezer/keystone-auth';

const KEYS = { cacert: 'cafile', cert: 'certfile', key: 'keyfile' } as const;

/** At the start, and not with the first token. Fails with `invalid` for a file that cannot be read. */
export async function checkTlsFiles({ tls = {} }: SessionOptions, section: string): Promise<void> {
  for (const [name, key] of Object.entries(KEYS)) {
    const path: unknown = Reflect.get(tls, name);
    if (typeof path !== 'string') continue;
    await access(path, constants.R_OK).catch((error: unknown) => {
      throw new FreezerError('invalid', `[${section}] ${key}: ${path} cannot be read (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
    });
  }
}
