import { readFile } from 'node:fs/promises';
import { type ErrorCode, FreezerError, systemCodeOf } from '@freezer/core';

export type Document = Record<string, unknown>;

/** Reads stdin to its end. */
export type ReadInput = () => Promise<Uint8Array>;

const REASONS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['not_found', 'there is no such file'],
  EACCES: ['permission_denied', 'permission denied'],
  EISDIR: ['corrupt', 'it is a directory'],
};

/** A document of a file, JSON or YAML; `-` is stdin. Fails with `not_found`, `permission_denied` or `corrupt`, naming the file and, where it is known, the line. */
export async function readDocument(path: string, readInput: ReadInput): Promise<Document> {
  const name = path === '-' ? 'stdin' : path;
  const text = textOf(await bytesOf(path, readInput), name);
  const value = jsonOf(text) ?? (await import('./yaml-document.ts')).yamlOf(text, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FreezerError('corrupt', `${name}: it must hold one object, { ... }`);
  return value as Document;
}

/** Without a mark of its order at the begin. What is no UTF-8 would be kept as other signs than it has: the path of a backup, say. */
function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FreezerError('corrupt', `${name}: it is not UTF-8`, { cause });
  }
}

async function bytesOf(path: string, readInput: ReadInput): Promise<Uint8Array> {
  if (path === '-') return readInput();
  try {
    return await readFile(path);
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
