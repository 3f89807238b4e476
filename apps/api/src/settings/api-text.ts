import { documentWords, type ProgramText } from '@freezer/settings/text';
import { API_TABLE } from './api-table.ts';

const PROGRAM = 'freezer-api';

const DESCRIPTION = `Serves the REST API of Freezer, versions 1 and 2: clients, jobs, actions,
sessions, backups and runs. Without any configuration it is a trial: it
listens on 127.0.0.1, keeps its documents in SQLite, and the commands of the
same user find it by themselves.
.PP
SIGTERM and SIGINT let requests that have begun come to their end, a second
one does not wait.
SIGHUP reads the level of the log, the policy and the certificate anew.`;

const FILES = `Settings come from freezer.conf and freezer-api.conf in ~/.freezer, ~,
/etc/freezer or /etc, and from the *.conf of freezer.conf.d and
freezer-api.conf.d there, or from
**--config-file** and **--config-dir**.
The command line stands above them.
**freezer-api config-sample** prints all settings, most of which stand in files only.`;

const ENVIRONMENT = `Fills what no other place gave: OS_SECTION__KEY, in capitals, such as
OS_DATABASE__CONNECTION or OS_DEFAULT__BIND_PORT.`;

const SAMPLE_HEAD = `Settings of freezer-api and freezer-manage. Written by freezer-api config-sample.
They are looked for in freezer.conf and freezer-api.conf of ~/.freezer, ~, /etc/freezer and /etc.

What stands here counts less than the command line; the environment fills what neither gave:
OS_SECTION__KEY in capitals. A line that begins with # or ; is a comment, one that is indented goes
on with the value before it, and a value in quotes loses them. $name stands for the value of another
setting, $$ for a dollar sign. None says that nothing is set.`;

/** What is said of the service besides its options. */
export const API_TEXT: ProgramText = {
  program: PROGRAM,
  table: API_TABLE,
  actions: {},
  whole: {
    does: 'serves the REST API of Freezer; without any configuration it is a trial on 127.0.0.1 with a store of its own',
    examples: [
      'freezer-api',
      'freezer-api --config-file /etc/freezer/freezer-api.conf',
      'freezer-api --bind-port 9091 --debug',
      'freezer-manage db sync && freezer-api --workers 4 --metrics-port 9100',
    ],
  },
  otherWords: documentWords(PROGRAM, '/etc/freezer/freezer-api.conf'),
  exits: [
    ['0', 'stopped by SIGTERM or SIGINT'],
    ['1', 'failed: the port is taken, the store cannot be opened'],
    ['2', 'wrong settings: one line says what is wrong and what is allowed'],
  ],
  exitsLine: 'Exit codes: 0 stopped by a signal, 1 failed, 2 wrong settings.',
  manual: {
    section: 8,
    purpose: 'serves the REST API of Freezer',
    synopsis: ['[_options_]'],
    description: DESCRIPTION,
    files: FILES,
    environment: ENVIRONMENT,
  },
  sampleHead: SAMPLE_HEAD,
};
