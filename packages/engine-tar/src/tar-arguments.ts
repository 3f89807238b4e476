import type { Placement } from '@freezer/core';
import type { LeftOutLists } from './left-out-lists.ts';
import type { Dereference } from './settings.ts';

/** Beside `TZ=UTC0`: the option `--utc` would turn off the listing of dump lists. */
const LISTING = ['-v', '-v', '--full-time', '--numeric-owner', '--quoting-style=c'] as const;
const ATTRIBUTES = ['--xattrs', '--acls', '--selinux'] as const;
const DEREFERENCE: Readonly<Record<Dereference, readonly string[]>> = {
  none: [],
  soft: ['--dereference'],
  hard: ['--hard-dereference'],
  all: ['--hard-dereference', '--dereference'],
};

/** Records of 64 KiB, which any tar reads: by its own 10 KiB, writer and reader take a fourteenth more CPU to hand them over. */
const RECORDS = '--blocking-factor=128';

/** Times in tar's listing are UTC. */
export const TAR_ENVIRONMENT: Readonly<Record<string, string>> = { TZ: 'UTC0', LC_ALL: 'C' };

export interface CreateRequest {
  /** Changed in place. */
  readonly snapshotPath: string;
  readonly indexPath: string;
  /** Where the member is, absolute. */
  readonly directory: string;
  /** `.` for all of the directory, or a name in it. */
  readonly member: string;
  readonly excludes: readonly string[];
  readonly excludeCaches: boolean;
  readonly excludeIfPresent: readonly string[];
  readonly lists: Omit<LeftOutLists, 'missing'>;
  readonly dereference: Dereference;
}

/** What tar is started with to write an archive to standard output. */
export function createArguments(request: CreateRequest): string[] {
  return [
    '--create',
    '--file=-',
    RECORDS,
    `--listed-incremental=${request.snapshotPath}`,
    '--format=posix',
    '--pax-option=delete=atime,delete=ctime',
    ...ATTRIBUTES,
    '--sparse',
    '--no-check-device',
    '--one-file-system',
    '--preserve-permissions',
    '--same-owner',
    '--seek',
    '--ignore-failed-read',
    '--totals',
    `--index-file=${request.indexPath}`,
    ...LISTING,
    // A line for each new directory would drown what must be read. `--verbose` in the listing asks for them, so that this comes after it.
    '--warning=no-new-directory',
    '--warning=no-rename-directory',
    ...DEREFERENCE[request.dereference],
    ...exclusions(request),
    // Otherwise a backslash in the name of a single file would be taken for an escape.
    '--no-unquote',
    `--directory=${request.directory}`,
    '--',
    request.member,
  ];
}

/** The order matters: once `--no-wildcards` was said, tar 1.34 takes the directory itself for excluded when patterns with wildcards follow. */
function exclusions({ excludes, excludeCaches, excludeIfPresent, lists }: CreateRequest): string[] {
  const { patternsPath, oddPath, literalPath } = lists;
  return [
    ...excludes.map((pattern) => `--exclude=${pattern}`),
    ...(patternsPath === undefined ? [] : [`--exclude-from=${patternsPath}`]),
    ...(excludeCaches ? ['--exclude-caches'] : []),
    ...excludeIfPresent.map((name) => `--exclude-tag=${name}`),
    ...(oddPath === undefined ? [] : ['--anchored', `--exclude-from=${oddPath}`]),
    ...(literalPath === undefined ? [] : ['--anchored', '--no-wildcards', `--exclude-from=${literalPath}`]),
  ];
}

export interface ExtractRequest {
  readonly indexPath: string;
  readonly target: string;
  readonly placement: Placement;
  /** Of a full nothing is replayed: where links to directories were followed, tar takes a directory that it met twice for a renamed one. */
  readonly level: number;
  /** Only root can give files to others. */
  readonly keepOwners: boolean;
}

/** tar would stop at the end mark of the archive and leave the programs before it with a broken pipe; so it reads to the end of its input. */
const READ_ALL = '--ignore-zeros';

/** What tar is started with to read an archive from standard input and write its files. */
export function extractArguments(request: ExtractRequest): string[] {
  return [
    '--extract',
    '--file=-',
    READ_ALL,
    ...(request.placement === 'empty' && request.level > 0 ? ['--incremental'] : []),
    ...ATTRIBUTES,
    '--xattrs-include=*',
    '--preserve-permissions',
    request.keepOwners ? '--same-owner' : '--no-same-owner',
    '--warning=no-timestamp',
    `--index-file=${request.indexPath}`,
    ...LISTING,
    `--directory=${request.target}`,
  ];
}

/** What tar is started with to write the content of what an archive on standard input holds to standard output. */
export const fileArguments = (): string[] => ['--extract', '--file=-', READ_ALL, '--to-stdout', '--quoting-style=c'];

/** What tar is started with to list an archive from standard input, dump lists included. */
export const listArguments = (indexPath: string): string[] => ['--list', '--file=-', READ_ALL, '--incremental', `--index-file=${indexPath}`, ...LISTING, '-v'];
