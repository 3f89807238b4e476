/** Rows that every such table has, so that files can be named. */
export const CONFIG_OPTIONS = [
  {
    name: 'config-file',
    type: 'string',
    repeatable: true,
    group: 'config',
    value: 'FILE',
    help: 'read settings from FILE in place of the files that are found by themselves; may be given several times, later ones count more',
  },
  {
    name: 'config-dir',
    type: 'string',
    repeatable: true,
    group: 'config',
    value: 'DIR',
    help: 'read settings also from all *.conf of DIR, by name, after the files; may be given several times',
  },
] as const;
