import type { Option } from '../option.ts';

const MODE = 'is not part of this version: it needs its own mode package';
const SOURCE = 'is not part of this version: it needs the OpenStack packages';
const ENGINE = 'is not part of this version: it needs its own engine package';

/** What is done, and with which data. */
export const WHAT_OPTIONS = [
  {
    name: 'action',
    type: 'choice',
    choices: ['backup', 'restore', 'verify', 'list', 'show', 'find', 'diff', 'admin', 'info', 'exec'],
    default: 'backup',
    group: 'what',
    help: 'what to do; the same as the first word of the command line',
  },
  {
    name: 'path-to-backup',
    short: 'F',
    fileAliases: ['src_file'],
    type: 'path',
    group: 'what',
    actions: ['backup'],
    help: 'the directory or the file to save',
  },
  { name: 'backup-name', short: 'N', type: 'string', group: 'what', value: 'NAME', help: 'the name of the set of backups' },
  {
    name: 'hostname',
    aliases: ['restore_from_host', 'restore-from-host'],
    type: 'string',
    computed: 'hostname',
    group: 'what',
    value: 'HOST',
    help: 'the host that the set belongs to; give another one to restore or to clean up its backups',
  },
  {
    name: 'mode',
    short: 'm',
    type: 'kind',
    choices: ['fs', 'mysql', 'mongo', 'postgresql', 'sqlserver', 'cinder', 'cindernative', 'nova', 'glance'],
    default: 'fs',
    group: 'what',
    help: 'the application that is held still while its files are read; fs: none',
    laterValues: { mysql: MODE, mongo: MODE, postgresql: MODE, sqlserver: MODE, cinder: SOURCE, cindernative: SOURCE, nova: SOURCE, glance: SOURCE },
  },
  {
    name: 'engine',
    short: 'e',
    aliases: ['engine-name'],
    key: 'engine_name',
    type: 'kind',
    choices: ['tar', 'rsync', 'rsyncv2', 'nova', 'osbrick', 'glance'],
    default: 'tar',
    group: 'what',
    help: 'how the data is read and written',
    laterValues: { rsync: ENGINE, rsyncv2: ENGINE, nova: ENGINE, osbrick: ENGINE, glance: ENGINE },
  },
  {
    name: 'command',
    type: 'string',
    secret: true,
    group: 'what',
    actions: ['exec'],
    help: 'the program that exec runs, with its arguments: quotes and backslashes as in a shell, | joins programs, and nothing else is special',
  },
  { name: 'shell', type: 'bool', default: false, group: 'what', actions: ['exec'], help: 'hand --command to /bin/sh in place of taking it apart' },
  {
    name: 'time-limit',
    type: 'int',
    min: 1,
    max: 2_000_000,
    group: 'what',
    actions: ['exec'],
    value: 'SECONDS',
    help: 'stop the program of exec after so long, which makes the run fail (default: never)',
  },
] as const satisfies readonly Option[];
