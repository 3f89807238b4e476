import type { estypes } from '@elastic/elasticsearch';

/** The mapping of each index. Nothing is guessed from documents: a field that is not named here is refused. */
export const MAPPING: estypes.MappingTypeMapping = {
  dynamic: 'strict',
  properties: {
    id: { type: 'keyword' },
    project_id: { type: 'keyword' },
    user_id: { type: 'keyword' },
    document: { type: 'keyword', index: false, doc_values: false },
    created: { type: 'long' },
    revision: { type: 'long', index: false },
    write: { type: 'keyword', index: false, doc_values: false },
    mark: { type: 'long', index: false },
    terms: { type: 'keyword', doc_values: false },
    words: { type: 'keyword', doc_values: false },
    order: { type: 'flattened' },
  },
};
