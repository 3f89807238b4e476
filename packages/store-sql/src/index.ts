export { type ConnectionAddress, parseConnectionUrl } from './connection-url.ts';
export { openSqlStore, type SqlStoreOptions } from './open-sql-store.ts';
