import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { FreezerError } from '@freezer/core';
import { badRequest, Problem } from './problem.ts';

/** Deeper documents are refused: nobody writes them, and what walks through them would need a stack without end. */
const DEEPEST = 100;

const malformed = (): Problem => new Problem(400, 'Malformed JSON');

/** The bytes of a body, whatever its type says. Fails with 413 beyond `maxBytes`. */
async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): Problem => new Problem(413, 'Request Entity Too Large', { description: `The body is larger than ${maxBytes} bytes` });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.removeAllListeners('data');
        request.resume();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', (cause) => reject(new FreezerError('aborted', 'the caller went away', { cause })));
    request.once('close', () => {
      // Each request closes in the end; an error is made for those that did so too early.
      if (!request.complete) reject(new FreezerError('aborted', 'the caller went away'));
    });
  });
}

/** The document of a body; undefined when there is none. Fails with 400 or 413. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return undefined;
  const bytes = await readBytes(request, maxBytes);
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw malformed();
  const text = bytes.toString('utf8');
  const document = parse(text);
  const kept = lookedThrough(document, DEEPEST);
  if (kept === 'too deep') throw badRequest(`The document is nested deeper than ${DEEPEST} levels`);
  if (kept === 'large numbers') refuseInexact(text);
  return document;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

type Look = 'good' | 'too deep' | 'large numbers';

function lookedThrough(value: unknown, depth: number): Look {
  if (typeof value === 'number') return isLarge(value) ? 'large numbers' : 'good';
  if (typeof value !== 'object' || value === null) return 'good';
  if (depth === 0) return 'too deep';
  let look: Look = 'good';
  for (const each of Array.isArray(value) ? value : Object.values(value)) {
    const found = typeof each === 'object' || typeof each === 'number' ? lookedThrough(each, depth - 1) : 'good';
    if (found === 'too deep') return found;
    if (found !== 'good') look = found;
  }
  return look;
}

const isLarge = (value: number): boolean => value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER;

/** Texts, so that nothing in them is taken for a number, and numbers. */
const LITERAL = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Python keeps whole numbers of any length; ours would be stored as others. */
function refuseInexact(text: string): void {
  for (const [literal] of text.matchAll(LITERAL)) {
    if (literal.startsWith('"')) continue;
    const value = Number(literal);
    const isWhole = /^-?\d+$/.test(literal);
    if (!Number.isFinite(value) || (isWhole && isLarge(value) && String(value) !== literal))
      throw badRequest(`The number ${literal.slice(0, 40)} cannot be kept exactly`);
  }
}
