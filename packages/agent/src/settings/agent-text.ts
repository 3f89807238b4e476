import { documentWords, type ProgramText } from '@freezer/settings/text';
import { ACTION_TEXT } from './action-text.ts';
import { AGENT_TABLE } from './option-table.ts';

const PROGRAM = 'freezer-agent';

const DESCRIPTION = `Saves directories and files of this host as full and incremental backups,
reads and writes the backups of Freezer in Python, and restores, verifies,
lists and removes them. Without an action it makes a backup.
.PP
Names of options may be shortened as long as only one begins so.
A flag has a twin with
**--no** before its name.`;

const FILES = `Settings come from the files of
**--config-file** and **--config-dir**
(section [DEFAULT]), above them the job file of
**--config**,
above that the command line.
The key of an option is its name with _ for -.
**freezer-agent config-sample** prints them all.`;

const ENVIRONMENT = `Fills what no other place gave.
Each setting has a name there, as with oslo.config: OS_DEFAULT__ and its key
in capitals, such as OS_DEFAULT__BACKUP_NAME.
Some have others besides:`;

const SAMPLE_HEAD = `Settings of freezer-agent, for --config-file FILE. Written by freezer-agent config-sample.

What stands here counts less than the job file of --config, and that less than the command line;
the environment fills what none of them gave: OS_DEFAULT__ and the key in capitals. A line that
begins with # or ; is a comment, one that is indented goes on with the value before it, and a value
in quotes loses them. $name stands for the value of another setting, $$ for a dollar sign. None says
that nothing is set.

A job file of --config knows the same keys, in sections of any name; there $ means itself, and % is
written %%.`;

/** What is said of the agent besides its options. */
export const AGENT_TEXT: ProgramText = {
  program: PROGRAM,
  table: AGENT_TABLE,
  actions: ACTION_TEXT,
  otherWords: [
    ...documentWords(PROGRAM, '/etc/freezer/agent.conf'),
    {
      name: 'make-pass-file',
      operand: 'FILE',
      does: 'writes a new random passphrase for --encrypt-pass-file into FILE, which must not exist',
      examples: ['freezer-agent make-pass-file /root/freezer.pass'],
    },
  ],
  exits: [
    ['0', 'done'],
    ['1', 'failed, or called without any argument'],
    ['2', 'wrong usage: one line says what is wrong and what is allowed'],
    ['3', 'done, but incomplete; each item is named (--partial-exit-code chooses another number)'],
    ['130, 143', 'interrupted by SIGINT, SIGTERM'],
  ],
  exitsLine: 'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but incomplete, 130 and 143 interrupted.',
  manual: {
    purpose: 'makes, restores, checks and removes backups on a host',
    synopsis: ['_ACTION_ [_options_]', '**--action** _ACTION_ [_options_]'],
    description: DESCRIPTION,
    files: FILES,
    environment: ENVIRONMENT,
  },
  sampleHead: SAMPLE_HEAD,
};
