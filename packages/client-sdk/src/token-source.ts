/**
 * Gives the token for `X-Auth-Token`. After a 401 it is asked once more, with the token that was rejected, and should then have a new one;
 * when it gives the same again, the 401 is final. `undefined`: none is sent.
 */
export type TokenSource = (rejected?: string) => Promise<string | undefined> | string | undefined;
