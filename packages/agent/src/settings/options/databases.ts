import type { Option } from '../option.ts';

/** Settings of database modes. */
export const DATABASE_OPTIONS = [
  { name: 'mysql-conf', type: 'path', group: 'databases', value: 'FILE', help: 'host, port, user and password of MySQL in [default]', quietly: true },
  { name: 'sql-server-conf', type: 'path', group: 'databases', value: 'FILE', help: 'the instance of SQL Server in [default]', quietly: true },
] as const satisfies readonly Option[];
