export { type FreezerIndexOptions, importFreezerIndex } from './import/freezer-index.ts';
export type { ImportedDocument } from './import/old-document.ts';
export { type ElasticsearchStoreOptions, openElasticsearchStore } from './open-elasticsearch-store.ts';
