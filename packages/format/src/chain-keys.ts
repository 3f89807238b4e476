import { deriveChainKey, deriveKey } from '@freezer/codec';

/** The keys of one chain. All come from the passphrase and the chain's salt. */
export interface ChainKeys {
  /** 16 bytes. */
  readonly salt: Buffer;
  readonly chainKey: Buffer;
  /** Of the HMAC in the second line of each manifest. */
  readonly manifestKey: Buffer;
}

/** Makes the keys of a chain; scrypt runs once per salt and passphrase, however often it is asked. */
export class ChainKeyring {
  readonly #made = new Map<string, Promise<ChainKeys>>();

  keys(passphrase: Buffer, salt: Buffer): Promise<ChainKeys> {
    const name = `${salt.toString('hex')} ${passphrase.toString('hex')}`;
    const known = this.#made.get(name);
    if (known) return known;
    const made = deriveChainKey(passphrase, salt).then((chainKey) => ({ salt, chainKey, manifestKey: deriveKey(chainKey, 'manifest') }));
    this.#made.set(name, made);
    return made;
  }
}
