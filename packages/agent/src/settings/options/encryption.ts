import type { Option } from '../option.ts';

/** Encryption, and what is proved of a backup. */
export const ENCRYPTION_OPTIONS = [
  {
    name: 'encrypt-pass-file',
    type: 'path',
    repeatable: true,
    group: 'encryption',
    value: 'FILE',
    help: 'the first line of FILE is the passphrase; may be given several times when old backups had another one',
  },
  {
    name: 'encryption',
    type: 'choice',
    choices: ['aes-256-cfb', 'aes-256-gcm'],
    default: 'aes-256-cfb',
    group: 'encryption',
    actions: ['backup'],
    help: 'with a pass file: aes-256-cfb can be restored by Freezer in Python and leaves file names readable, aes-256-gcm is for this program alone and hides them',
  },
  {
    name: 'hide-names',
    type: 'bool',
    default: false,
    group: 'encryption',
    actions: ['backup'],
    help: 'hide file names with aes-256-cfb, too; Freezer in Python can then restore the chain but not continue it',
  },
  {
    name: 'require-authenticated',
    type: 'bool',
    default: false,
    group: 'encryption',
    actions: ['backup', 'restore', 'verify', 'show', 'find', 'diff'],
    help: 'refuse each level whose manifest is not authenticated by the pass file',
  },
  {
    name: 'allow-unauthenticated',
    type: 'bool',
    default: false,
    group: 'encryption',
    actions: ['backup', 'restore', 'verify', 'show', 'find', 'diff'],
    help: 'accept levels without an authenticated manifest in a chain that has authenticated ones',
  },
] as const satisfies readonly Option[];
