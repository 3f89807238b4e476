import { createWriteStream } from 'node:fs';
import { FreezerError, type Store } from '@freezer/core';
import { formatJson } from '@freezer/terminal';
import { openStore } from '../store/open-store.ts';
import { confirm } from './ask.ts';
import { exportLines } from './export-documents.ts';
import { type ImportCounts, importDocuments, readExport } from './import-documents.ts';
import type { ManageRun } from './manage-run.ts';
import { readOldFreezer } from './read-old-freezer.ts';

type Command = (store: Store, run: ManageRun) => Promise<unknown>;

async function drop(store: Store, { settings, print }: ManageRun, question: string): Promise<unknown> {
  const names = await store.describe();
  if (names.length === 0) return print('there is nothing to remove\n');
  if (settings.test_only) return print(`would remove ${names.join(', ')}\n`);
  await confirm(`${question} ${names.join(', ')} with all documents in ${names.length === 1 ? 'it' : 'them'}?`, settings.yes);
  await store.drop();
  await print(`removed ${names.join(', ')}\n`);
}

const sync: Command = async (store, run) => {
  const { settings, print } = run;
  if (settings.erase) await drop(store, run, 'Remove first');
  if (settings.test_only) return print(`would make or update what is needed; there is now: ${(await store.describe()).join(', ') || 'nothing'}\n`);
  await store.migrate();
  await print(`ready (${store.kind}): ${(await store.describe()).join(', ')}\n`);
};

const show: Command = async (store, { print }) => {
  const names = await store.describe();
  await print(names.length === 0 ? 'No Tables/Mappings found!\n' : formatJson(names));
};

/** Also makes what is not there yet. */
const updateSettings: Command = async (store, run) => {
  if (!store.updateSettings) return run.print(`nothing to do: ${store.kind} has no settings of indices\n`);
  await sync(store, run);
  if (run.settings.test_only) return;
  const set = Object.entries(await store.updateSettings()).map(([name, value]) => `${name} = ${value}`);
  await run.print(set.length === 0 ? 'nothing to set: number_of_replicas is not named (-r, [elasticsearch])\n' : `set: ${set.join(', ')}\n`);
};

const exportAll: Command = async (store, { operands, print }) => {
  const [path] = operands;
  if (path === undefined || path === '-') {
    for await (const line of exportLines(store)) if (!(await print(line))) return;
    return;
  }
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  const { pipeline } = await import('node:stream/promises');
  // Head and end are none.
  let documents = -2;
  const counted = async function* (): AsyncGenerator<string> {
    for await (const line of exportLines(store)) {
      documents++;
      yield line;
    }
  };
  await pipeline(counted(), file).catch((error: unknown) => {
    throw new FreezerError('unavailable', `${path} cannot be written: ${error && typeof error === 'object' && 'message' in error ? error.message : error}`, {
      cause: error,
    });
  });
  await print(`${documents} documents written to ${path}\n`);
};

const summary = ({ created, updated, left }: ImportCounts, testOnly: boolean): string => {
  const parts = [
    `${created} ${testOnly ? 'would be ' : ''}imported`,
    ...(updated > 0 ? [`${updated} ${testOnly ? 'would be ' : ''}replaced`] : []),
    ...(left > 0 ? [`${left} were there already`] : []),
  ];
  return `${parts.join(', ')}\n`;
};

const importAll: Command = async (store, { operands, settings, logger, print }) => {
  const [path] = operands;
  if ((path === undefined) === (settings.from === undefined)) {
    throw new FreezerError('invalid', 'db import needs one of: a file of db export (- is standard input), or --from URL');
  }
  if (!settings.test_only) await store.migrate();
  const lines = path === undefined ? readOldFreezer(settings.from ?? '', settings, logger) : readExport(path);
  await print(
    summary(
      await importDocuments(store, lines, {
        update: settings.update,
        testOnly: settings.test_only,
        isEmpty: settings.test_only && (await store.describe()).length === 0,
      }),
      settings.test_only,
    ),
  );
};

const COMMANDS: Readonly<Record<string, Command>> = {
  sync,
  update: sync,
  remove: (store, run) => drop(store, run, 'Remove'),
  show,
  'update-settings': updateSettings,
  export: exportAll,
  import: importAll,
};

const MOST_OPERANDS: Readonly<Record<string, number>> = { export: 1, import: 1 };

/** Does what stands behind `db`. */
export async function runDb(run: ManageRun): Promise<void> {
  const command = Object.hasOwn(COMMANDS, run.verb) ? COMMANDS[run.verb] : undefined;
  if (!command)
    throw new FreezerError('invalid', `db ${run.verb === '' ? 'needs a word' : `${run.verb} is unknown`}; allowed: ${Object.keys(COMMANDS).join(', ')}`);
  const extra = run.operands[MOST_OPERANDS[run.verb] ?? 0];
  if (extra !== undefined) throw new FreezerError('invalid', `unexpected word '${extra}' after db ${run.verb}`);
  await using store = await openStore(run.settings, run.logger);
  await command(store, run);
}
