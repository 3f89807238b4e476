/** Names of the rules that the routes ask for. */
export const ROUTE_RULES = [
  'clients:get_all',
  'clients:create',
  'clients:create_central',
  'clients:get',
  'clients:update',
  'clients:delete',
  'backups:get_all',
  'backups:create',
  'backups:get',
  'backups:update',
  'backups:delete',
  'actions:get_all',
  'actions:create',
  'actions:get',
  'actions:replace',
  'actions:update',
  'actions:delete',
  'jobs:get_all',
  'jobs:get_all_projects',
  'jobs:create',
  'jobs:get',
  'jobs:update',
  'jobs:delete',
  'jobs:event:create',
  'sessions:get_all',
  'sessions:create',
  'sessions:get',
  'sessions:replace',
  'sessions:update',
  'sessions:delete',
  'sessions:action:create',
  'sessions:job:add',
  'sessions:job:remove',
  'runs:get_all',
  'runs:get',
  'runs:create',
  'alerts:get_all',
] as const;
export type RuleName = (typeof ROUTE_RULES)[number];

const READER = 'rule:admin_or_reader_or_service';
const OWNER = 'rule:admin_or_owner';
const OWNER_OR_SERVICE = 'rule:admin_or_owner_or_service';
const SERVICE = 'rule:admin_or_service';

const NAMED: Readonly<Record<string, string>> = {
  context_is_admin: 'role:admin',
  project_member: 'role:member and project_id:%(project_id)s',
  project_reader: 'role:reader and project_id:%(project_id)s',
  admin_or_owner: 'rule:context_is_admin or rule:project_member',
  admin_or_service: 'role:admin or role:service',
  admin_or_owner_or_service: 'rule:admin_or_service or rule:project_member',
  admin_or_reader_or_service: 'rule:admin_or_owner_or_service or rule:project_reader',
};

const OTHERS: Partial<Record<RuleName, string>> = {
  'clients:create_central': SERVICE,
  'jobs:get_all_projects': SERVICE,
  'backups:create': OWNER_OR_SERVICE,
  'backups:update': OWNER_OR_SERVICE,
  'backups:delete': OWNER_OR_SERVICE,
  'runs:create': OWNER_OR_SERVICE,
};

const isReading = (name: RuleName): boolean => /:get(_all)?$/.test(name);

/** The rules of 2026: readers read, members write, both in their own project; services read everywhere and write backups. */
export const SECURE_RULES: Readonly<Record<string, string>> = {
  ...NAMED,
  ...Object.fromEntries(ROUTE_RULES.map((name) => [name, OTHERS[name] ?? (isReading(name) ? READER : OWNER)])),
};

/** The rules of 13.0: who has a token may do all in his project, whatever his role. What came later has the rules of 2026. */
export const LEGACY_RULES: Readonly<Record<string, string>> = {
  ...SECURE_RULES,
  ...Object.fromEntries(ROUTE_RULES.filter((name) => OTHERS[name] !== SERVICE).map((name) => [name, ''])),
};
