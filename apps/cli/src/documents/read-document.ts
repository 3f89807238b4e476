import { readFile } from 'node:fs/promises';
import { type ErrorCode, FreezerError, systemCodeOf } from '@freezer/core';

export type Document = Record<string, unknown>;

/** Reads stdin to its end. */
export type ReadInput = () => Promise<string>;

const REASONS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['not_found', 'there is no such file'],
  EACCES: ['permission_denied', 'permission denied'],
  EISDIR: ['corrupt', 'it is a directory'],
};

/** A document of a file, JSON or YAML; `-` is stdin. Fails with `not_found`, `permission_denied` or `corrupt`, naming the file and, where it is known, the line. */
export async function readDocument(path: string, readInput: ReadInput): Promise<Document> {
  const name = path === '-' ? 'stdin' : path;
  const text = (await textOf(path, readInput)).replace(/^\uFEFF/, '');
  const value = jsonOf(text) ?? (await import('./yaml-document.ts')).yamlOf(text, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FreezerError('corrupt', `${name}: it must hold one object, { ... }`);
  return value as Document;
}

async function textOf(path: string, readInput: ReadInput): Promise<string> {
  if (path === '-') return readInput();
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const system = systemCodeOf(error) ?? '';
    const [code, reason] = REASONS[system] ?? (['unexpected', `it cannot be read (${system})`] as const);
    throw new FreezerError(code, `${path}: ${reason}`, { cause: error });
  }
}

/** Undefined when it is none: then it is YAML, whose parser knows the line of what is wrong in JSON, too. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
