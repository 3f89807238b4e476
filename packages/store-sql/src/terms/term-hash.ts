import { hash } from 'node:crypto';
import type { DocumentKind, Scalar } from '@freezer/core';

/** 64 bits of a digest: texts of any length and any bytes become one whole number that every database compares alike. */
function termOf(parts: readonly unknown[]): bigint {
  return hash('sha256', JSON.stringify(parts), 'buffer').readBigInt64BE();
}

/** All documents of a kind. */
export const kindTerm = (kind: DocumentKind): bigint => termOf([kind]);
export const projectTerm = (kind: DocumentKind, projectId: string): bigint => termOf([kind, 'project', projectId]);
export const userTerm = (kind: DocumentKind, userId: string): bigint => termOf([kind, 'user', userId]);
/** Documents of a project, or of all when it is undefined, that hold `value` under `key`. The type of the value is part of it. */
export const fieldTerm = (kind: DocumentKind, projectId: string | undefined, key: string, value: Scalar): bigint =>
  termOf([kind, projectId ?? null, key, value]);
/** Numbers that the documents of a project, or of all, have at a path. */
export const numberSlot = (kind: DocumentKind, projectId: string | undefined, path: string): bigint => termOf([kind, 'number', projectId ?? null, path]);
