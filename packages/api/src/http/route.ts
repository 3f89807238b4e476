import type * as z from 'zod';
import type { ListKind } from '../lists/list-kind.ts';
import type { RuleName } from '../policy/default-rules.ts';
import type { Answer } from './answer.ts';
import type { ApiVersion, Exchange } from './exchange.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** One route of the API. It is data: what mounts it and what describes it read the same. */
export interface Route {
  readonly method: Method;
  /** Behind `/v1` or `/v2/{project_id}`: `/jobs/:job_id`. */
  readonly path: `/${string}`;
  /** Default: both. */
  readonly versions?: readonly ApiVersion[];
  readonly rule: RuleName;
  readonly summary: string;
  readonly request?: z.ZodType;
  /** The status of success. */
  readonly status: number;
  readonly answer?: z.ZodType;
  /** A list: `answer` is that of one item. */
  readonly list?: ListKind;
  readonly handle: (exchange: Exchange) => Promise<Answer>;
}

export const BOTH: readonly ApiVersion[] = ['v1', 'v2'];
