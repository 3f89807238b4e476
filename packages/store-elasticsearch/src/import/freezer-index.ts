import { FreezerError, type Logger, SILENT } from '@freezer/core';
import { authorities, nodeUrl } from '../connection-options.ts';
import type { ElasticsearchStoreOptions } from '../open-elasticsearch-store.ts';
import { askJson, type JsonAnswer, type JsonServer } from './json-requests.ts';
import { type ImportedDocument, type OldHit, oldDocument } from './old-document.ts';

export interface FreezerIndexOptions
  extends Pick<ElasticsearchStoreOptions, 'hosts' | 'httpAuth' | 'index' | 'timeoutMs' | 'useSsl' | 'verifyCerts' | 'caCerts'> {
  readonly logger?: Logger | undefined;
}

const PAGE = 500;

function refused(what: string, { status, body }: JsonAnswer): FreezerError {
  const code =
    status === 401 || status === 403 ? 'permission_denied' : status === 404 ? 'not_found' : status >= 500 || status === 429 ? 'unavailable' : 'unexpected';
  const { error } = body;
  const reason = typeof error === 'object' && error !== null && 'reason' in error ? `: ${String(error.reason).replaceAll(/\s+/g, ' ').slice(0, 300)}` : '';
  return new FreezerError(code, `Elasticsearch: ${what} was answered by ${status}${reason}`);
}

/** Hits of a page; the search goes on from `_scroll_id`. */
function pageOf(what: string, answer: JsonAnswer): { readonly hits: readonly OldHit[]; readonly next: string } {
  const { hits, _scroll_id: next } = answer.body;
  const list = typeof hits === 'object' && hits !== null && 'hits' in hits ? hits.hits : undefined;
  if (answer.status !== 200 || !Array.isArray(list) || typeof next !== 'string') throw refused(what, answer);
  // Half an answer is none: what is missing would be lost without a word.
  const shards = answer.body['_shards'];
  if (answer.body['timed_out'] === true || (typeof shards === 'object' && shards !== null && 'failed' in shards && Number(shards.failed) > 0)) {
    throw new FreezerError('unavailable', `Elasticsearch: ${what} was answered by a part of the shards only`);
  }
  return { hits: list as OldHit[], next };
}

/**
 * Everything that the index of Freezer's Elasticsearch driver holds, of servers from 2.1 to 9, in no particular order. It is only read, by a scroll.
 * Fails with `not_found` when there is no such index, else as the store does.
 */
export async function* importFreezerIndex(options: FreezerIndexOptions = {}): AsyncGenerator<ImportedDocument> {
  const { logger = SILENT, index = 'freezer', httpAuth, caCerts, verifyCerts } = options;
  const ca = caCerts === undefined ? undefined : await authorities(caCerts);
  const server: JsonServer = {
    url: nodeUrl((options.hosts?.[0] ?? 'http://127.0.0.1:9200').trim(), options.useSsl ?? false),
    httpAuth,
    ca,
    verifyCerts: verifyCerts ?? ca !== undefined,
    timeoutMs: options.timeoutMs ?? 60_000,
  };
  const what = `the search in the index '${index}'`;
  const query = { size: PAGE, sort: ['_doc'], query: { match_all: {} } };
  let { hits, next } = pageOf(what, await askJson(server, 'POST', `/${encodeURIComponent(index)}/_search?scroll=5m`, query));
  let unknown = 0;
  try {
    while (hits.length > 0) {
      for (const hit of hits) {
        const document = oldDocument(hit);
        if (document) yield document;
        else unknown += 1;
      }
      ({ hits, next } = pageOf(what, await askJson(server, 'POST', '/_search/scroll', { scroll: '5m', scroll_id: next })));
    }
  } finally {
    await askJson(server, 'DELETE', '/_search/scroll', { scroll_id: [next] }).catch((error: unknown) =>
      logger.debug({ reason: String(error) }, 'the scroll could not be ended; the server does it in five minutes'),
    );
  }
  if (unknown > 0) logger.warn({ documents: unknown }, 'some documents of the index are nothing of Freezer; they were left out');
}
