import type { Option } from '../option.ts';

/** Where the backups are kept. */
export const WHERE_OPTIONS = [
  {
    name: 'storage',
    type: 'kind',
    choices: ['local', 'swift', 'ssh', 's3', 'ftp', 'ftps'],
    default: 'swift',
    group: 'where',
    help: 'the kind of storage',
    laterValues: {
      swift: 'needs @freezer/storage-swift, which is not part of this version',
      s3: 'needs @freezer/storage-s3, which is not part of this version',
      ftp: 'needs @freezer/storage-ftp, which is not part of this version',
      ftps: 'needs @freezer/storage-ftp, which is not part of this version',
    },
  },
  {
    name: 'container',
    short: 'C',
    type: 'string',
    default: 'freezer_backups',
    group: 'where',
    help: 'the directory of a local, SSH or FTP storage, the container of Swift, the bucket of S3',
  },
  {
    name: 'storage-mode',
    type: 'mode',
    group: 'where',
    value: 'OCTAL',
    help: 'rights of the files that are made in the storage, as in 0640; directories get the matching search rights (default: 0600)',
  },
  {
    name: 'max-segment-size',
    short: 'M',
    aliases: ['max-seg-size'],
    type: 'size',
    min: 1,
    default: 33_554_432,
    group: 'where',
    actions: ['backup'],
    help: 'the size of a part on Swift or S3',
    quietly: true,
  },
] as const satisfies readonly Option[];
