import type { Option } from '../option.ts';

const SNAPSHOT = 'snapshots are not part of this version';

/** Snapshots of the file system before it is read. */
export const SNAPSHOT_OPTIONS = [
  {
    name: 'snapshot',
    short: 's',
    type: 'switch',
    default: false,
    group: 'snapshot',
    help: 'save a snapshot (LVM, VSS) of the source',
    later: SNAPSHOT,
    quietly: true,
  },
  { name: 'lvm-auto-snap', type: 'string', group: 'snapshot', help: 'an older name of --snapshot', later: SNAPSHOT, quietly: true },
  { name: 'lvm-srcvol', type: 'string', group: 'snapshot', help: 'the logical volume to take a snapshot of', later: SNAPSHOT, quietly: true },
  { name: 'lvm-snapname', type: 'string', group: 'snapshot', help: 'the name of the snapshot', quietly: true },
  {
    name: 'lvm-snap-perm',
    key: 'lvm_snapperm',
    type: 'choice',
    choices: ['ro', 'rw'],
    default: 'ro',
    group: 'snapshot',
    help: 'whether the snapshot can be written',
    quietly: true,
  },
  { name: 'lvm-snapsize', type: 'string', default: '1G', group: 'snapshot', help: 'the size of the snapshot, as in 1G or 80%FREE', quietly: true },
  { name: 'lvm-dirmount', type: 'path', group: 'snapshot', help: 'where the snapshot is mounted', quietly: true },
  { name: 'lvm-volgroup', type: 'string', group: 'snapshot', help: 'the volume group', quietly: true },
] as const satisfies readonly Option[];
