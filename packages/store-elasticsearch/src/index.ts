export { ElasticsearchStore } from './elasticsearch-store.ts';
export { type ElasticsearchStoreOptions, openElasticsearchStore } from './open-elasticsearch-store.ts';
