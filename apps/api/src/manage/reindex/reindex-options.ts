import { AGENT_TABLE } from '@freezer/agent';
import type { Option } from '@freezer/settings';

/** What reindex has of its own. */
export const REINDEX_OPTIONS = [
  {
    name: 'project-id',
    type: 'string',
    group: 'manage',
    actions: ['reindex'],
    value: 'ID',
    help: 'reindex: the project that the records belong to (default: that of the client with the hostname of the backup; in a trial: trial)',
  },
  {
    name: 'user-id',
    type: 'string',
    group: 'manage',
    actions: ['reindex'],
    value: 'ID',
    help: 'reindex: the user whom the records name (default: that of the client, else the project)',
  },
] as const satisfies readonly Option[];

const GROUPS: ReadonlySet<string> = new Set(['where', 'servers', 'cloud']);
/** `config` is a job file of the agent, with `[storage:NAME]` sections. */
const MORE: ReadonlySet<string> = new Set(['config', 'hostname', 'backup-name', 'proxy']);
const LIMITS: Readonly<Record<string, string>> = {
  hostname: 'reindex: only the backups of this host',
  'backup-name': 'reindex: only the backups of this name',
};

function isOfStorage({ name, group, actions, later, quietly }: (typeof AGENT_TABLE)['options'][number]): boolean {
  if (MORE.has(name)) return true;
  return GROUPS.has(group) && later === undefined && quietly === undefined && (actions === undefined || actions.includes('list'));
}

/** The options by which the agent is told of a storage: the same names, files and variables of the environment mean the same here. */
export const STORAGE_OPTIONS: readonly Option[] = AGENT_TABLE.options.filter(isOfStorage).map((option): Option => {
  const { computed, ...plain } = option;
  // The agent means its own host when none is named; here that means all of them.
  const own = computed === 'hostname' ? plain : option;
  return { ...own, group: 'storage', actions: ['reindex'], help: LIMITS[option.name] ?? option.help };
});

export const STORAGE_OPTION_NAMES: ReadonlySet<string> = new Set(STORAGE_OPTIONS.map(({ name }) => name));
