import type { CallOptions } from '@freezer/core';
import type { Bucket } from './bucket.ts';

/** An object of the bucket, by its whole name. */
export interface Content {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt?: number;
}

/** A page of a listing. */
interface Page {
  readonly contents: readonly Content[];
  /** With a delimiter: the names of what lies deeper, up to it. */
  readonly folders: readonly string[];
}

/** Names come encoded, so that those which XML cannot hold arrive, too. */
const decoded = (text: string, encoding: string | undefined): string => (encoding === 'url' ? decodeURIComponent(text.replaceAll('+', ' ')) : text);

/** Page after page of what begins with `prefix`. */
export async function* pagesBelow(
  bucket: Bucket,
  prefix: string,
  { signal, delimiter }: CallOptions & { readonly delimiter?: string },
): AsyncGenerator<Page, void, undefined> {
  const { sdk, client, name } = bucket;
  for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
    signal?.throwIfAborted();
    const page = await client.send(
      new sdk.ListObjectsV2Command({
        Bucket: name,
        Prefix: prefix,
        EncodingType: 'url',
        ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
      signal ? { abortSignal: signal } : {},
    );
    yield {
      contents: (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({
        name: decoded(Key, page.EncodingType),
        size: Size,
        ...(LastModified === undefined ? {} : { modifiedAt: LastModified.getTime() }),
      })),
      folders: (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => decoded(Prefix, page.EncodingType)),
    };
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  }
}

/** Every object whose name begins with `prefix`. */
export async function* contentsBelow(bucket: Bucket, prefix: string, options: CallOptions): AsyncGenerator<Content, void, undefined> {
  for await (const { contents } of pagesBelow(bucket, prefix, options)) yield* contents;
}
