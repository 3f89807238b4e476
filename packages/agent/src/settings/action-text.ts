import type { ActionText } from '@freezer/settings';
import type { ActionName } from './option.ts';

/** What each action does, in a few words behind its name, and how it is called. */
export const ACTION_TEXT: Readonly<Record<ActionName, ActionText>> = {
  backup: {
    does: 'saves a directory, a file or a stream',
    examples: [
      'freezer-agent backup --storage local -C /backup -N etc -F /etc',
      'freezer-agent backup --storage local -C /backup -N etc -F /etc --max-level 6 --encrypt-pass-file /root/pass',
      "freezer-agent backup --storage local -C /backup -N db --stdin-command 'pg_dump db' --stdin db.sql",
    ],
  },
  restore: {
    does: 'puts the data of a backup back',
    examples: [
      'freezer-agent restore --storage local -C /backup -N etc --restore-abs-path /tmp/etc',
      'freezer-agent restore --storage local -C /backup -N etc --restore-abs-path /tmp/etc --restore-from-date 2026-11-20T18:00:00',
      'freezer-agent restore ssh/sshd_config --storage local -C /backup -N etc --restore-abs-path /tmp/etc',
      'freezer-agent restore passwd --storage local -C /backup -N etc --to-stdout',
    ],
  },
  verify: {
    does: 'reads backups and checks them',
    examples: [
      'freezer-agent verify --storage local -C /backup -N etc',
      'freezer-agent verify --storage local -C /backup --all-sets --depth restore --subset 10%',
    ],
  },
  list: { does: 'lists backups', examples: ['freezer-agent list --storage local -C /backup', 'freezer-agent list --storage local -C /backup -N etc --json'] },
  show: {
    does: 'lists the entries of one backup',
    examples: [
      'freezer-agent show --storage local -C /backup -N etc',
      "freezer-agent show 'ssh/*' --storage local -C /backup -N etc --restore-from-date 2026-11-20T18:00:00",
    ],
  },
  find: {
    does: 'finds files and their versions in all backups',
    examples: ["freezer-agent find '*.conf' --storage local -C /backup", 'freezer-agent find ssh/sshd_config --storage local -C /backup -N etc --json'],
  },
  diff: {
    does: 'compares two backups (by default the last two)',
    examples: [
      'freezer-agent diff --storage local -C /backup -N etc',
      'freezer-agent diff --storage local -C /backup -N etc --point 2026-11-19T00:00:00 --point 1_1795243884',
    ],
  },
  copy: {
    does: 'copies backups from one storage to another',
    examples: [
      'freezer-agent copy --config /etc/freezer/two-sites.conf --from near --to far',
      'freezer-agent copy --config /etc/freezer/two-sites.conf --from near --to far -N etc --dry-run',
    ],
  },
  pin: {
    does: 'keeps a backup from being removed',
    examples: [
      "freezer-agent pin --storage local -C /backup -N etc --reason 'before the upgrade'",
      'freezer-agent pin --storage local -C /backup -N etc --restore-from-date 2026-11-20T18:00:00',
    ],
  },
  unpin: { does: 'takes that back', examples: ['freezer-agent unpin --storage local -C /backup -N etc --point 1_1795243884'] },
  admin: {
    does: 'removes old backups',
    examples: [
      'freezer-agent admin --storage local -C /backup -N etc --remove-older-than 30 --dry-run',
      'freezer-agent admin --storage local -C /backup -N etc --keep-daily 7 --keep-weekly 4',
      'freezer-agent admin --storage local -C /backup --all-sets --keep-daily 7 --dry-run --json',
    ],
  },
  info: {
    does: 'says how much a storage holds',
    examples: ['freezer-agent info --storage local -C /backup', 'freezer-agent info --storage local -C /backup --json'],
  },
  exec: {
    does: 'runs a program, as the actions of a job do',
    examples: ["freezer-agent exec --command 'systemctl reload nginx' --time-limit 60", "freezer-agent exec --command 'pg_dump db | gzip' --json"],
  },
};
