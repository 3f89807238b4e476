import { type ObjectInfo, parseChainFolder, parseLevelFolder, type Storage, type UsageInfo } from '@freezer/core';
import type { JsonValue } from '@freezer/models';
import { formatBytes, formatInstant, formatTable, printable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import { openRun } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';

/** What one storage holds. */
interface StorageFacts {
  readonly label: string;
  readonly containers: readonly UsageInfo[];
  /** By `<engine>/<set>`; '' is what belongs to no set. */
  readonly sets: ReadonlyMap<string, { bytes: number; objects: number }>;
  /** With `--list-objects`. */
  readonly objects: readonly ObjectInfo[];
}

/** Says how much each storage holds, set by set, and with `--list-objects` each object. */
export async function infoAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const sections = input.storageSections.length === 0 ? [[]] : input.storageSections.map((section) => [section]);
  const storages: StorageFacts[] = [];
  for (const storageSections of sections) {
    await using run = await openRun({ ...input, storageSections }, plugins);
    const container = storageSections[0]?.settings.container ?? input.settings.container;
    storages.push(await factsOf(run.context.storage, container, input));
  }
  return { result: 'success', document: freezerDocument(storages), output: { text: storages.map(textOf).join('\n'), json: jsonOf(storages) } };
}

async function factsOf(storage: Storage, container: string, { settings, signal }: ActionInput): Promise<StorageFacts> {
  const sets = new Map<string, { bytes: number; objects: number }>();
  const objects: ObjectInfo[] = [];
  const total = { container, bytes: 0, objects: 0 };
  for await (const object of storage.list('', { signal })) {
    const name = setOfKey(object.key);
    const sum = sets.get(name) ?? { bytes: 0, objects: 0 };
    sets.set(name, sum);
    for (const each of [sum, total]) {
      each.bytes += object.size;
      each.objects += 1;
    }
    if (settings.list_objects) objects.push(object);
  }
  const containers: UsageInfo[] = [];
  if (storage.usage === undefined) containers.push(total);
  else for await (const usage of storage.usage({ signal })) containers.push(usage);
  return { label: storage.label, containers, sets, objects: objects.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))) };
}

/** `<engine>/<set>` of a key below `data/` or `metadata/`; '' for every other key. The name of a set may hold a `/`. */
function setOfKey(key: string): string {
  const parts = key.split('/');
  const chain = parts.findLastIndex((part, at) => parseChainFolder(part) !== undefined && parseLevelFolder(parts[at + 1] ?? '') !== undefined);
  return chain > 2 && (parts[0] === 'data' || parts[0] === 'metadata') ? parts.slice(1, chain).join('/') : '';
}

const sorted = ({ sets }: StorageFacts) => [...sets].toSorted(([a], [b]) => (a < b ? -1 : 1));

function textOf(facts: StorageFacts): string {
  const { containers, objects } = facts;
  if (containers.length === 0) return `nothing is stored at ${printable(facts.label)}\n`;
  const rows = [
    ...containers.map((usage) => [usage.container, formatBytes(usage.bytes), usage.objects]),
    ...sorted(facts).map(([name, sum]) => [`  ${name === '' ? '(no backup)' : name}`, formatBytes(sum.bytes), sum.objects]),
  ];
  const table = formatTable([{ title: 'Container' }, { title: 'Size', align: 'right' }, { title: 'Object Count', align: 'right' }], rows);
  if (objects.length === 0) return table;
  const lines = objects.map(({ key, size, modifiedAt }) => [size, modifiedAt === undefined ? '' : formatInstant(modifiedAt / 1000), key]);
  return `${table}\n${formatTable([{ title: 'Bytes', align: 'right' }, { title: 'Written' }, { title: 'Object' }], lines)}`;
}

const jsonOf = (storages: readonly StorageFacts[]): unknown =>
  storages.map((facts) => ({
    storage: facts.label,
    containers: facts.containers,
    sets: sorted(facts).map(([set, sum]) => ({ set, ...sum })),
    ...(facts.objects.length > 0 && { objects: facts.objects.map(({ key, size, modifiedAt }) => ({ key, bytes: size, modified_at: modifiedAt })) }),
  }));

/** As Freezer's `info` hands it over: a heading and a row for each container. */
const freezerDocument = (storages: readonly StorageFacts[]): readonly JsonValue[] => [
  ['Container', 'Size', 'Object Count'],
  storages.flatMap(({ containers }) => containers.map(({ container, bytes, objects }) => [container, freezerSize(bytes), objects])),
];

/** Megabytes, from 1024 on gigabytes, with all digits, as Python prints a float. */
function freezerSize(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  const [value, unit] = megabytes >= 1024 ? [megabytes / 1024, 'GB'] : [megabytes, 'MB'];
  return `${Number.isInteger(value) ? value.toFixed(1) : value} ${unit}`;
}
