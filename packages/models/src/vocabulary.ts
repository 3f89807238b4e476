/** Words that documents share. The lists say what this version knows; where a type says `string`, others are stored and passed on as they are. */

export const ACTIONS = ['backup', 'restore', 'verify', 'list', 'info', 'admin', 'exec'] as const;
export type Action = (typeof ACTIONS)[number];

export const MODES = ['fs', 'mysql', 'mongo', 'postgresql', 'sqlserver', 'nova', 'cinder', 'cindernative', 'glance'] as const;
/** Open: a plugin may bring its own. */
export type ModeName = string;

export const STORAGES = ['local', 'swift', 's3', 'ssh', 'ftp', 'ftps'] as const;
/** Open: a plugin may bring its own. */
export type StorageName = string;

export const ENGINES = ['tar', 'rsync', 'rsyncv2', 'nova', 'osbrick', 'glance'] as const;
/** Open: a plugin may bring its own. */
export type EngineName = string;

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
