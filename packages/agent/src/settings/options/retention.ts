import type { Option } from '../option.ts';

/** Which backups are removed (action admin). */
export const RETENTION_OPTIONS = [
  {
    name: 'remove-older-than',
    short: 'R',
    aliases: ['remove-older-then'],
    type: 'days',
    min: 0,
    group: 'retention',
    actions: ['admin'],
    help: 'remove backups older than this; what a younger one needs stays',
  },
  {
    name: 'remove-from-date',
    type: 'date',
    group: 'retention',
    actions: ['admin'],
    help: 'remove backups made at or before this time; what a younger one needs stays',
  },
  { name: 'keep-last', type: 'int', min: 1, group: 'retention', actions: ['admin'], help: 'keep the newest N' },
  { name: 'keep-hourly', type: 'int', min: 1, group: 'retention', actions: ['admin'], help: 'keep the last of each of the newest N hours that have one' },
  { name: 'keep-daily', type: 'int', min: 1, group: 'retention', actions: ['admin'], help: 'the same for days' },
  { name: 'keep-weekly', type: 'int', min: 1, group: 'retention', actions: ['admin'], help: 'the same for weeks' },
  { name: 'keep-monthly', type: 'int', min: 1, group: 'retention', actions: ['admin'], help: 'the same for months' },
  { name: 'keep-yearly', type: 'int', min: 1, group: 'retention', actions: ['admin'], help: 'the same for years' },
  { name: 'remove-orphans', type: 'bool', default: false, group: 'retention', actions: ['admin'], help: 'remove data that belongs to no backup' },
  {
    name: 'older-than',
    type: 'days',
    min: 0,
    default: 7,
    group: 'retention',
    actions: ['admin'],
    help: 'with --remove-orphans: only data that was written longer ago than this',
  },
  {
    name: 'fullbackup-rotation',
    type: 'int',
    min: 1,
    default: 1,
    group: 'retention',
    actions: ['admin'],
    help: "how many fulls of Cinder's own backup service are kept",
    quietly: true,
  },
] as const satisfies readonly Option[];
