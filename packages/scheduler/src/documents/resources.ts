import type { ActionReading } from './job-reading.ts';

const SERVER_THINGS = ['cinder_vol_id', 'cindernative_vol_id', 'nova_inst_id', 'glance_image_id'] as const;
/** They write into a set. */
const WRITERS: ReadonlySet<string> = new Set(['backup', 'admin']);

/** What runs of a job have for themselves while they are at work: their set on the storage, volumes and servers, and what the job names. */
export function resourcesOf(actions: readonly ActionReading[], concurrencyKey: string): readonly string[] {
  const resources = new Set<string>();
  if (concurrencyKey !== '') resources.add(`key ${concurrencyKey}`);
  for (const { action, values } of actions) {
    const text = (key: string): string => (typeof values[key] === 'string' ? values[key] : '');
    for (const key of SERVER_THINGS) if (text(key) !== '') resources.add(`${key} ${text(key)}`);
    if (WRITERS.has(action) && text('backup_name') !== '') {
      resources.add(JSON.stringify(['set', text('storage'), text('ssh_host'), text('container'), text('hostname'), text('backup_name')]));
    }
  }
  return [...resources];
}
