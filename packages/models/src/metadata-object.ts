import { type JsonValue, pythonJson } from './python-json.ts';
import { object, optional, text, truth } from './shape.ts';

/**
 * The object `metadata` of a level, by which Freezer takes it for committed. Every key may be missing (`osbrick` writes no `compression`);
 * engines add their own: `rsync_block_size`, `server`, `image`, `volume_info`.
 */
export interface MetadataObject {
  readonly engine_name?: string | undefined;
  readonly compression?: string | undefined;
  readonly encryption?: boolean | undefined;
  readonly [key: string]: unknown;
}

/** What a level's `metadata` is made of. `engineKeys` are the engine's own and may not be one of the three others. */
export interface MetadataFacts {
  readonly engineName: string;
  /** Left out by engines that choose it at the restore. */
  readonly compression?: string | undefined;
  readonly encryption: boolean;
  readonly engineKeys?: Readonly<Record<string, JsonValue>> | undefined;
}

/** The exact text that Freezer writes: one line without a line end, the engine's own keys before `encryption`. */
export function writeMetadataObject(facts: MetadataFacts): string {
  const { engineName, compression, encryption, engineKeys = {} } = facts;
  for (const key of ['engine_name', 'compression', 'encryption']) {
    if (Object.hasOwn(engineKeys, key)) throw new TypeError(`metadata: an engine may not set '${key}'`);
  }
  return pythonJson({ engine_name: engineName, compression, ...engineKeys, encryption });
}

const known = object({ engine_name: optional(text), compression: optional(text), encryption: optional(truth) });

/** Reads it back, whoever wrote it. Throws a `SyntaxError` of one line, beginning with `what`, when it is no JSON or a key has another type. */
export function readMetadataObject(content: string | Uint8Array, what = 'metadata'): MetadataObject {
  const json = typeof content === 'string' ? content : new TextDecoder().decode(content);
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    throw new SyntaxError(`${what}: is no metadata document (no JSON)`, { cause: error });
  }
  const wrong = known(document, '');
  if (wrong !== undefined) throw new SyntaxError(`${what}: is no metadata document (${wrong})`);
  return document as MetadataObject;
}
