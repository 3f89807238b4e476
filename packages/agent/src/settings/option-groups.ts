import type { OptionGroup } from './option.ts';

/** The headings of the help, in its order. */
export const OPTION_GROUPS: readonly { readonly group: OptionGroup; readonly title: string }[] = [
  { group: 'what', title: 'What' },
  { group: 'where', title: 'Where' },
  { group: 'levels', title: 'Fulls and increments' },
  { group: 'content', title: 'Content' },
  { group: 'encryption', title: 'Encryption and authenticity' },
  { group: 'restore', title: 'Restore and verification' },
  { group: 'retention', title: 'Removal' },
  { group: 'running', title: 'Running' },
  { group: 'results', title: 'Results' },
  { group: 'logging', title: 'Log' },
  { group: 'limits', title: 'Limits' },
  { group: 'servers', title: 'SSH, FTP and S3' },
  { group: 'snapshot', title: 'Snapshots' },
  { group: 'databases', title: 'Databases' },
  { group: 'cloud', title: 'OpenStack' },
];
