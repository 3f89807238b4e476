const COLLECTIONS = new Set(['clients', 'jobs', 'actions', 'sessions', 'backups', 'runs']);
const PLAIN = new Set(['', 'healthcheck', 'openapi.json', 'docs']);
const SUB = new Set(['event', 'action', 'jobs', 'runs', 'log']);

/** The route of a path with its ids left out, so that their number does not grow: `/v2/:project/jobs/:id/event`; `other` for what is none. */
export function routeLabel(path: string): string {
  const parts = path.replace(/\/+$/, '').split('/').slice(1);
  const [first = ''] = parts;
  if (first !== 'v1' && first !== 'v2') return parts.length <= 1 && PLAIN.has(first) ? `/${first}` : 'other';
  if (parts.length === 1) return `/${first}`;
  const head = first === 'v2' ? ['v2', ':project'] : ['v1'];
  const [collection = '', id, sub, subId, ...more] = parts.slice(head.length);
  if (!COLLECTIONS.has(collection) || more.length > 0 || (sub !== undefined && !SUB.has(sub))) return 'other';
  const rest = [collection, ...(id === undefined ? [] : [':id']), ...(sub === undefined ? [] : [sub]), ...(subId === undefined ? [] : [':id'])];
  return `/${[...head, ...rest].join('/')}`;
}
