import * as z from 'zod';
import type { ListKind } from '../lists/list-kind.ts';

const text = (description: string) => z.string().optional().meta({ description });

/** The query parameters of a list in version 2. */
export function listParameters({ name, filters, sorts, time }: ListKind): z.ZodObject {
  const count = (description: string, initial: number) => z.int().min(0).max(2_147_483_647).optional().meta({ description, default: initial });
  return z.object({
    limit: count('Items of a page; 0 means 10', 10),
    offset: count('Items to leave out before', 0),
    marker: text('Where the page before ended: its X-Next-Marker'),
    sort: z
      .enum(Object.keys(sorts).flatMap((key) => [key, `${key}:asc`, `${key}:desc`]) as [string, ...string[]])
      .optional()
      .meta({ description: 'A field, and the direction' }),
    q: text('Words that must be found at the beginning of words of the item'),
    ...(time !== undefined && {
      time_after: z
        .number()
        .optional()
        .meta({ description: `Epoch seconds: ${time} is not before` }),
      time_before: z
        .number()
        .optional()
        .meta({ description: `Epoch seconds: ${time} is not after` }),
    }),
    ...(name === 'jobs' && { all_projects: z.boolean().optional().meta({ description: 'Of all projects, for administrators and services' }) }),
    ...Object.fromEntries(filters.map((key) => [key, text(`Only items with this ${key}; \`${key}!\` for items without`)])),
  });
}

/** The body of a list: Freezer's search document. */
export const SearchBody = z
  .looseObject({
    match: z
      .array(z.record(z.string(), z.unknown()))
      .optional()
      .meta({ description: 'Each pair must hold somewhere in the item; `_all` in the first one: words anywhere' }),
    match_not: z.array(z.record(z.string(), z.unknown())).optional().meta({ description: 'None of the pairs may hold' }),
    time_after: z.number().optional(),
    time_before: z.number().optional(),
  })
  .meta({ id: 'Search' });
