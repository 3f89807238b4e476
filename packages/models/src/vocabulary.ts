/** Words that documents share: the lists say what this version knows. */

/** The values of `--compression`. The first three are Freezer's own, which reads no others. */
export const COMPRESSIONS = ['gzip', 'bzip2', 'xz', 'zstd', 'none'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** Whether a name is one of the compressions that this version knows. */
export const isCompression = (name: string | undefined): name is Compression => COMPRESSIONS.some((known) => known === name);

/** `aes-256-cfb` is what Python Freezer reads. */
export const ENCRYPTIONS = ['aes-256-cfb', 'aes-256-gcm'] as const;
export type Encryption = (typeof ENCRYPTIONS)[number];

/** `partial`: done, but something is missing; neither a success nor a failure. */
export const RESULTS = ['success', 'partial', 'fail', 'aborted'] as const;
export type Result = (typeof RESULTS)[number];
