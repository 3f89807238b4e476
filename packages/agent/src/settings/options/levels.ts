import type { Option } from '../option.ts';

/** Which backups are fulls and which increments. */
export const LEVEL_OPTIONS = [
  { name: 'incremental', type: 'bool', default: false, group: 'levels', actions: ['backup'], help: 'save only what changed since the backup before' },
  { name: 'no-incremental', type: 'switch', default: false, group: 'levels', actions: ['backup'], help: 'make every backup a full one' },
  {
    name: 'max-level',
    aliases: ['max-backup-level'],
    fileAliases: ['max_backup_level'],
    type: 'int',
    min: 0,
    group: 'levels',
    actions: ['backup'],
    help: 'climb to this level, then begin again with a full',
  },
  {
    name: 'always-level',
    fileAliases: ['always_backup_level'],
    type: 'int',
    min: 0,
    group: 'levels',
    actions: ['backup'],
    help: 'climb to this level, then repeat it (a differential backup with 1)',
  },
  {
    name: 'restart-always-level',
    fileAliases: ['restart_always_backup'],
    type: 'days',
    min: 0,
    group: 'levels',
    actions: ['backup'],
    help: 'make a full when the last one is older than this',
  },
] as const satisfies readonly Option[];
