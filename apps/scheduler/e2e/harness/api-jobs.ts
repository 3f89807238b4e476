import { action, type Bench } from './bench.ts';
import type { TrialApi } from './trial-api.ts';
import { waitFor } from './wait-for.ts';

/** Where the jobs are that a test asks for. */
export interface ApiPlace {
  readonly bench: Bench;
  readonly api: TrialApi;
}

/** Jobs of the client `node1` in an API for trials, and what becomes of them. */
export function apiJobs(place: () => ApiPlace) {
  const create = async (
    name: string,
    { keys = {}, schedule = {}, more = {} }: { readonly keys?: object; readonly schedule?: Readonly<Record<string, unknown>>; readonly more?: object } = {},
  ): Promise<string> => {
    const { jobs } = place().api.client;
    const job = { client_id: 'node1', description: name, job_actions: [action(name, { ...keys })], job_schedule: schedule, ...more };
    return (await jobs.create(job as Parameters<typeof jobs.create>[0])).id;
  };
  const scheduleOf = async (id: string) => (await place().api.client.jobs.get(id))?.job_schedule;
  const becomes = (id: string, status: string, seconds = 30) =>
    waitFor(`${id} becomes ${status}`, async () => (await scheduleOf(id))?.status === status && (await scheduleOf(id)), seconds);
  const begins = (name: string, count = 1) => {
    const { bench } = place();
    return waitFor(`${name} begins`, () => bench.facts(name, 'start').length >= count && bench.facts(name, 'start').at(-1));
  };
  return { create, scheduleOf, becomes, begins };
}
