export { type ConnectionAddress, parseConnectionUrl } from './connection-url.ts';
export { type ImportedDocument, importFreezerTables } from './import/freezer-tables.ts';
export { openSqlStore, type SqlStoreOptions } from './open-sql-store.ts';
