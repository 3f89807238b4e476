import { ActionRequest, JobRequest } from '@freezer/models';
import { expect, it } from '@jest/globals';
import type * as z from 'zod';
import { validated } from './validate.ts';

const JOB = { client_id: 'c', job_actions: [] };

it.each<[z.ZodType, object, string]>([
  [JobRequest, { ...JOB, job_id: 5 }, "5 is not of type 'string'"],
  [ActionRequest, { freezer_action: {}, action_id: [] }, "[] is not of type 'string'"],
  [JobRequest, { ...JOB, job_id: 'a b' }, String.raw`'a b' does not match '^[\\w-]+$'`],
  [JobRequest, { ...JOB, description: 5 }, "5 is not of type 'string', 'null'"],
  [JobRequest, { ...JOB, job_schedule: { event: 'go' } }, "'go' is not one of ['', 'stop', 'start', 'abort', 'remove']"],
  [JobRequest, { ...JOB, job_schedule: { event: 5 } }, "5 is not one of ['', 'stop', 'start', 'abort', 'remove']"],
])('a document is refused in the words of jsonschema (%#)', (schema, document, words) => {
  expect(() => validated(schema, document)).toThrow(expect.objectContaining({ description: words }));
});
