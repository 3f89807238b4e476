import { documentWords, type ProgramText } from '@freezer/settings/text';
import { MANAGE_LINE_TABLE } from './manage-table.ts';

const PROGRAM = 'freezer-manage';

/** What is said of freezer-manage besides its options. */
export const MANAGE_TEXT: ProgramText = {
  program: PROGRAM,
  table: MANAGE_LINE_TABLE,
  actions: {
    db: {
      does: 'sync | update | remove | show | update-settings | export [FILE] | import [FILE]: works on the store of freezer-api',
      examples: [
        'freezer-manage db sync',
        'freezer-manage db show',
        'freezer-manage db export > freezer.jsonl',
        'freezer-manage db import freezer.jsonl',
        'freezer-manage db import --from mysql+pymysql://freezer:secret@db/freezer',
        'freezer-manage -y db remove',
      ],
    },
    reindex: {
      does: 'enters a record of each backup that lies on a storage and has none, with the storage options of freezer-agent',
      examples: [
        'freezer-manage reindex --storage local --container /backups --project-id 7f3c',
        'freezer-manage reindex --storage ssh --ssh-host vault --container /srv/backups --dry-run',
      ],
    },
    keystone: {
      does: 'register: makes user, role, service and endpoints of freezer-api in Keystone, with the account of OS_* in the environment',
      examples: ['. admin.rc && freezer-manage keystone register --url http://backup.example.org:9090'],
    },
  },
  otherWords: documentWords(PROGRAM, '/etc/freezer/freezer-api.conf').filter(({ name }) => name !== 'config-sample'),
  exits: [
    ['0', 'done'],
    ['1', 'failed, or the question was answered with no'],
    ['2', 'wrong usage: one line says what is wrong and what is allowed'],
  ],
  exitsLine: 'Exit codes: 0 done, 1 failed or answered with no, 2 wrong usage.',
  manual: {
    section: 8,
    purpose: 'prepares and moves the documents of freezer-api',
    synopsis: [
      '[_options_] **db** _sync|update|remove|show|update-settings|export|import_ [_file_]',
      '[_options_] **reindex** **--storage** _kind_',
      '[_options_] **keystone** _register_',
    ],
    description: `Works on the store that freezer-api is configured for: makes tables or
indices, brings them to this version, shows and removes them, writes all
documents as JSON lines and reads them back, and takes over what Freezer in
Python kept in a database. Rebuilds the records of backups from what lies on a
storage: points of this program and of Freezer in Python get a record when they
have none, and nothing that is there is changed. Registers the service in
Keystone.
.PP
Options may stand before and behind the words.`,
    files: 'As freezer-api: freezer.conf and freezer-api.conf in ~/.freezer, ~,\n/etc/freezer or /etc.',
    environment: 'Fills what no other place gave: OS_SECTION__KEY, in capitals, such as\nOS_DATABASE__CONNECTION.',
  },
  sampleHead: '',
};
