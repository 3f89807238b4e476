import cluster from 'node:cluster';
import type { ApiSettings } from '../settings/api-table.ts';
import { type BucketRules, ProjectBuckets } from './project-buckets.ts';

/** Takes one request of a project: resolves to 0, or after how many seconds to come again. */
export type TakeRequest = (project: string) => Promise<number>;

/** The rules of [rate_limit]; undefined without a limit. */
export function bucketRules(settings: ApiSettings): BucketRules | undefined {
  const perMinute = settings['rate_limit.requests_per_minute'];
  return perMinute === 0 ? undefined : { perMinute, burst: settings['rate_limit.burst'] || perMinute };
}

interface TakeMessage {
  readonly freezer: 'take';
  readonly id: number;
  readonly project: string;
}

interface TakenMessage {
  readonly freezer: 'taken';
  readonly id: number;
  readonly seconds: number;
}

const isOurs = <Message extends { readonly freezer: string }>(message: unknown, kind: Message['freezer']): message is Message =>
  typeof message === 'object' && message !== null && 'freezer' in message && message.freezer === kind;

/** Counts for all workers, in the process that started them. */
export function countForWorkers(rules: BucketRules): void {
  const buckets = new ProjectBuckets(rules);
  cluster.on('message', (worker, message: unknown) => {
    if (!isOurs<TakeMessage>(message, 'take')) return;
    const answer: TakenMessage = { freezer: 'taken', id: message.id, seconds: buckets.take(message.project) };
    worker.send(answer);
  });
}

/** Asks the process that counts; while that is silent nobody is refused. */
function askPrimary(): TakeRequest {
  const waiting = new Map<number, (seconds: number) => void>();
  let last = 0;
  process.on('message', (message: unknown) => {
    if (!isOurs<TakenMessage>(message, 'taken')) return;
    waiting.get(message.id)?.(message.seconds);
    waiting.delete(message.id);
  });
  return (project) => {
    if (!process.connected) return Promise.resolve(0);
    const id = ++last;
    const message: TakeMessage = { freezer: 'take', id, project };
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      process.send?.(message, (error: Error | null) => {
        if (error && waiting.delete(id)) resolve(0);
      });
    });
  };
}

/** How this process limits the requests of a project. */
export function limiter(rules: BucketRules): TakeRequest {
  if (cluster.isWorker) return askPrimary();
  const buckets = new ProjectBuckets(rules);
  return (project) => Promise.resolve(buckets.take(project));
}
