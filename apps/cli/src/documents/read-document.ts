import { readFile } from 'node:fs/promises';
import { FreezerError, systemCodeOf } from '@freezer/core';

export type Document = Record<string, unknown>;

/** Reads stdin to its end. */
export type ReadInput = () => Promise<string>;

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EACCES: 'permission denied', EISDIR: 'it is a directory' };

/** A document of a file, JSON or YAML; `-` is stdin. Fails with `invalid`, naming the file and, where it is known, the line. */
export async function readDocument(path: string, readInput: ReadInput): Promise<Document> {
  const name = path === '-' ? 'stdin' : path;
  const text = (await textOf(path, readInput)).replace(/^\uFEFF/, '');
  const value = /^\s*[{[]/.test(text) ? jsonOf(text, name) : await yamlOf(text, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FreezerError('invalid', `${name}: it must hold one object, { ... }`);
  return value as Document;
}

async function textOf(path: string, readInput: ReadInput): Promise<string> {
  if (path === '-') return readInput();
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCodeOf(error) ?? '';
    throw new FreezerError('invalid', `${path}: ${REASONS[code] ?? `it cannot be read (${code})`}`, { cause: error });
  }
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FreezerError('invalid', `${name}: it is no JSON${placeOf(text, String(error))}`, { cause: error });
  }
}

/** `, line 3: ...` from what the engine says of a position. */
function placeOf(text: string, message: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) return /end of JSON/.test(message) ? ': it ends too early' : '';
  const line = text.slice(0, Number(position)).split('\n').length;
  const char = text[Number(position)];
  return `, line ${line}: ${char === undefined ? 'it ends too early' : `unexpected ${JSON.stringify(char)}`}`;
}

async function yamlOf(text: string, name: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { version: '1.2', prettyErrors: true });
  const [problem] = document.errors;
  if (problem === undefined) return document.toJS({ maxAliasCount: 100 });
  const line = problem.linePos?.[0].line;
  throw new FreezerError(
    'invalid',
    `${name}: it is neither JSON nor YAML${line === undefined ? '' : `, line ${line}`}: ${problem.message.split('\n')[0]?.replace(/ at line .*$/, '') ?? ''}`,
  );
}
