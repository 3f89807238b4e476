import { checkNewSet, displayPath } from '@freezer/core';
import { type ResultDocument, type ResultFacts, resultDocument, type Sample } from '@freezer/models';
import { withoutCredentials } from '@freezer/settings';
import { formatTable } from '@freezer/terminal';
import type { ActionInput, ActionResult } from '../action-input.ts';
import type { BackupRequest } from '../backup/backup-request.ts';
import { engineSettingsOf, readContentLists } from '../backup/content-lists.ts';
import { type BackupOutcome, runBackup } from '../backup/run-backup.ts';
import { programsOf } from '../exec/run-command.ts';
import { openRuns, openSource } from '../open-run.ts';
import type { AgentPlugins } from '../plugins.ts';
import { isStream } from '../settings/stream-rules.ts';
import { streamName } from '../stream/stream-source.ts';
import { setOf } from './set-of.ts';

export async function backupAction(input: ActionInput, plugins: AgentPlugins): Promise<ActionResult> {
  const { settings } = input;
  const { mode, source, media } = openSource(input, plugins);
  if (settings.dry_run && settings.stdin_command !== undefined) return commandNotRun(input);
  const lists = await readContentLists(settings);
  await using opened = await openRuns(input, plugins, engineSettingsOf(lists));
  const context = opened.runs[0]?.context;
  if (context === undefined) throw new TypeError('backupAction: a run without a storage');
  const [passphrase] = context.passphrases;
  const set = setOf(settings, context.engine);
  checkNewSet(set);
  const request: BackupRequest = {
    set,
    source,
    mode,
    compression: settings.compression,
    encryption: passphrase && { algorithm: settings.encryption, passphrase, hideNames: settings.hide_names || settings.encryption === 'aes-256-gcm' },
    levels: levelsOf(input),
    shape: {
      exclude: settings.exclude,
      dereference: settings.dereference_symlink,
      lists,
      excludeCaches: settings.exclude_caches,
      excludeIfPresent: settings.exclude_if_present,
    },
    consistencyCheck: settings.consistency_check,
    suspiciousBelowPercent: settings.suspicious_below,
    waitSeconds: settings.wait,
    force: settings.force,
    dryRun: settings.dry_run,
    clientVersion: input.version,
  };
  const outcome = await runBackup({ ...opened, policy: settings.storage_policy }, request);
  if (outcome.result === 'partial') input.logger.warn({ set: request.set.name, reasons: outcome.reasons.join('; ') }, 'the backup is stored, but incomplete');
  const document = resultDocument(factsOf(input, request, outcome, media));
  return { result: outcome.result, document, output: { text: textOf(document), json: document } };
}

/** Of a stream nobody can tell what is new in it. */
function levelsOf({ settings, logger }: ActionInput): BackupRequest['levels'] {
  const levels = { maxLevel: settings.max_level, alwaysLevel: settings.always_level, restartAlwaysLevelDays: settings.restart_always_level };
  if (!isStream(settings)) return { ...levels, incremental: settings.incremental, noIncremental: settings.no_incremental };
  const isAsked = settings.incremental || levels.maxLevel !== undefined || levels.alwaysLevel !== undefined;
  if (isAsked) logger.warn({}, 'of standard input and of what a command writes each backup is a full: the options of levels change nothing');
  return { noIncremental: true };
}

/** What it changes elsewhere nobody knows. */
function commandNotRun(input: ActionInput): ActionResult {
  const { stdin_command: command = '', shell } = input.settings;
  const programs = programsOf({ command, shell }).map(([name = '']) => name);
  const name = streamName(input.settings);
  const text = `would run ${programs.join(' | ')} and save what it writes as ${name}\n`;
  return { result: 'success', output: { text, json: { action: 'backup', result: 'success', dry_run: true, programs, file: name } } };
}

function factsOf({ settings, storageSections, cli, version }: ActionInput, request: BackupRequest, outcome: BackupOutcome, media: string): ResultFacts {
  const where = storageSections[0]?.settings ?? settings;
  return {
    level: outcome.level,
    fsRealPath: outcome.resource,
    volSnapPath: outcome.resource,
    clientOs: process.platform,
    clientVersion: version,
    timeStamp: outcome.t,
    action: 'backup',
    // Freezer's word for it.
    backupMedia: media === 'path' ? 'fs' : media,
    backupName: request.set.name,
    container: where.container,
    hostname: request.set.host,
    mode: settings.mode,
    engineName: settings.engine_name,
    storage: where.storage,
    alwaysLevel: settings.always_level,
    maxLevel: settings.max_level,
    dryRun: settings.dry_run,
    pathToBackup: settings.path_to_backup,
    logFile: settings.log_file,
    proxy: settings.proxy && withoutCredentials(settings.proxy),
    compression: settings.compression,
    consistencyChecksum: outcome.consistencyChecksum,
    files: outcome.counts.files + outcome.counts.links + outcome.counts.others,
    directories: outcome.counts.directories,
    brokenLinks: outcome.brokenLinks,
    // Patterns: tar does not say which files they left out.
    excluded: sampleOf([...settings.exclude, ...(request.shape.lists?.patterns ?? []).map(displayPath)]),
    skipped: {
      items: outcome.counts.firstSkipped.map(({ path, reason, detail }) => ({ path: displayPath(path), reason, detail })),
      total: Object.values(outcome.counts.skipped).reduce((sum, count) => sum + count, 0),
    },
    bytesUncompressed: outcome.archiveBytes,
    bytesCompressed: outcome.storedBytes,
    encrypted: request.encryption !== undefined,
    cli,
    result: outcome.result,
    reasons: outcome.reasons,
    startedAt: outcome.startedAt * 1000,
    finishedAt: outcome.finishedAt * 1000,
    more: storageSections.length > 1 ? { storages: storagesOf(storageSections, outcome) } : undefined,
  };
}

/** What came of each of several storages. */
const storagesOf = (sections: ActionInput['storageSections'], { storages, lost }: BackupOutcome) =>
  sections.map(({ name, settings: { storage, container } }) => {
    const reason = lost.find((one) => one.name === name)?.reason;
    return { name, storage, container, result: storages.includes(name) ? 'success' : 'fail', ...(reason !== undefined && { reason }) };
  });

const sampleOf = <Item>(items: readonly Item[]): Sample<Item> => ({ items, total: items.length });

const textOfValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** As Freezer prints it: a property a line, its name with blanks. */
const textOf = (document: ResultDocument): string =>
  formatTable(
    [{ title: 'Property' }, { title: 'Value' }],
    Object.entries(document).map(([key, value]) => [key.replaceAll('_', ' '), textOfValue(value)]),
  );
