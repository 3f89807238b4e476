import type { Option } from '../option.ts';

const CHECK = 'is not part of this version';

/** What goes into a backup, and how. */
export const CONTENT_OPTIONS = [
  {
    name: 'exclude',
    type: 'string',
    repeatable: true,
    group: 'content',
    actions: ['backup'],
    value: 'PATTERN',
    help: "leave out what matches, as in '*.log' or sub/dir; may be given several times",
  },
  {
    name: 'dereference-symlink',
    type: 'choice',
    choices: ['soft', 'hard', 'all'],
    group: 'content',
    actions: ['backup'],
    help: 'save what symbolic links (soft) or hard links (hard) refer to in place of the link',
  },
  {
    name: 'compression',
    type: 'choice',
    choices: ['gzip', 'bzip2', 'xz', 'zstd', 'none'],
    default: 'gzip',
    group: 'content',
    actions: ['backup'],
    help: 'how the data is compressed',
  },
  { name: 'sync', type: 'bool', default: true, group: 'content', actions: ['backup'], help: 'flush the file systems before reading' },
  {
    name: 'consistency-check',
    type: 'bool',
    default: false,
    group: 'content',
    actions: ['backup', 'restore'],
    help: 'take a checksum of the source before the backup',
    later: CHECK,
    quietly: true,
  },
  {
    name: 'consistency-checksum',
    type: 'string',
    group: 'content',
    actions: ['restore'],
    help: 'the checksum that the restored data must have',
    later: CHECK,
    quietly: true,
  },
  {
    name: 'rsync-block-size',
    type: 'int',
    min: 1,
    default: 4096,
    group: 'content',
    actions: ['backup'],
    help: 'block size of the engine rsyncv2',
    quietly: true,
  },
  {
    name: 'suspicious-below',
    type: 'float',
    min: 0,
    max: 100,
    default: 10,
    group: 'content',
    actions: ['backup'],
    value: 'PERCENT',
    help: 'call a backup suspicious, and the run partial, when it holds less than this share of the one before',
  },
] as const satisfies readonly Option[];
