import type { estypes } from '@elastic/elasticsearch';
import { type DocumentSearch, valueAt } from '@freezer/core';
import { during, type Place, type StoreCall, tried } from './place.ts';
import { filterQuery, sortOf } from './query.ts';
import { type DocumentRecord, entriesOf, orderKey } from './record.ts';

export type Hit = estypes.SearchHit<DocumentRecord>;

/** What the server gives at once: its own limit, and few enough to hold big documents. */
const PAGE = 10_000;
const PAGE_OF_DOCUMENTS = 1000;

const FIELDS = ['id', 'project_id', 'user_id', 'document', 'revision'];

interface PageSearch {
  readonly search: DocumentSearch;
  readonly marker: DocumentRecord | undefined;
  readonly call: StoreCall;
}

/** Skips to the offset and reads on to the limit, each page after the last document of the one before. */
export async function searchPages(place: Place, index: string, { search, marker, call }: PageSearch): Promise<Hit[]> {
  const sort = sortOf(search.sort);
  const query = filterQuery(search);
  let after = marker && sortValues(marker, search.sort?.path);
  const page = async (size: number, fields: string[] | false, from = 0): Promise<Hit[]> => {
    const request = {
      index,
      query,
      sort,
      size,
      from,
      track_total_hits: false,
      seq_no_primary_term: true,
      _source: fields,
      ...(after && { search_after: after }),
    };
    const answer = await tried(place, call, () => place.client.search<DocumentRecord>(request, during(call)));
    return answer.hits.hits;
  };
  let skip = search.offset;
  const isNear = after === undefined && skip + Math.min(search.limit, PAGE_OF_DOCUMENTS) <= PAGE;
  while (skip > 0 && !isNear) {
    const size = Math.min(skip, PAGE);
    const hits = await page(size, false);
    if (hits.length < size) return [];
    after = hits.at(-1)?.sort;
    skip -= size;
  }
  const found: Hit[] = [];
  while (found.length < search.limit) {
    const size = Math.min(search.limit - found.length, PAGE_OF_DOCUMENTS);
    const hits = await page(size, FIELDS, found.length === 0 && isNear ? skip : 0);
    found.push(...hits);
    if (hits.length < size) break;
    after = hits.at(-1)?.sort;
  }
  return found;
}

/** Where a document stands in a list: as the server tells it of a hit. */
function sortValues(record: DocumentRecord, path: string | undefined): estypes.SortResults {
  const name = path === undefined ? undefined : orderKey(path);
  const creation = [record.created, record.id];
  if (path === undefined || name === undefined) return creation;
  const document = JSON.parse(record.document) as object;
  // Only what stands at that path is looked at, not the whole document again.
  const { order } = entriesOf(nest(path, valueAt(document, path)));
  return [order[name] ?? null, ...creation];
}

function nest(path: string, value: unknown): object {
  return path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), typeof value === 'object' ? null : value) as object;
}
