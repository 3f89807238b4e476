import type { Option } from '../option.ts';

/** Restore and verification. */
export const RESTORE_OPTIONS = [
  { name: 'restore-abs-path', type: 'path', group: 'restore', actions: ['restore'], value: 'DIR', help: 'where to restore to' },
  {
    name: 'restore-from-date',
    type: 'date',
    group: 'restore',
    actions: ['restore', 'verify', 'list'],
    help: 'the newest backup at or before this time (default: the newest of all)',
  },
  {
    name: 'overwrite',
    type: 'bool',
    default: false,
    group: 'restore',
    actions: ['restore'],
    help: 'restore into a directory that is not empty; what the backup does not hold stays as it is',
  },
  {
    name: 'delete',
    type: 'bool',
    default: false,
    group: 'restore',
    actions: ['restore'],
    help: 'with --overwrite: remove from the target what the backup does not hold',
  },
  {
    name: 'verify-first',
    type: 'bool',
    default: false,
    group: 'restore',
    actions: ['restore'],
    help: 'read and check everything before the first file is written',
  },
] as const satisfies readonly Option[];
