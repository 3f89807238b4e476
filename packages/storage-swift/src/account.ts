/** Who we are towards a Swift account. Errors are `FreezerError`s; an abort rejects with the signal's reason. */
export interface Account {
  /** `https://host/v1/AUTH_x`, without a slash at its end. */
  storageUrl(signal?: AbortSignal): Promise<string>;
  token(signal?: AbortSignal): Promise<string>;
  /** A token other than `rejected`, which the server did not take. */
  renew(rejected: string, signal?: AbortSignal): Promise<string>;
  close(): Promise<void>;
}
