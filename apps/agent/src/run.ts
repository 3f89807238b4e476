import {
  type ActionInput,
  type ActionResult,
  AGENT_LINE,
  AGENT_TABLE,
  Progress,
  proxyEnvironment,
  type ResolvedSettings,
  RunLimits,
  resolveSettings,
  type Settings,
} from '@freezer/agent';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import { type LogHost, type OpenedLog, openLogger } from '@freezer/log';
import { pythonJson } from '@freezer/models';
import { commandLineWithoutSecrets, withPlace } from '@freezer/settings';
import { formatJson, printable } from '@freezer/terminal';
import { exitCodeOfError, exitCodeOfResult, exitCodeOfSignal, type StopSignal } from './exit-code.ts';
import { helpPage } from './help-page.ts';
import type { Host } from './host.ts';
import { progressKind, showProgress } from './progress/show-progress.ts';
import { rereadSettings } from './reread-settings.ts';
import { checkResultPlaces, writeResultPlaces } from './result-file.ts';

const PROGRAM = 'freezer-agent';

/** The first signal asks the run to stop and tidy up; a second one ends it at once. */
class StopWatch {
  readonly controller = new AbortController();
  caught: StopSignal | undefined;
  readonly #host: Host;
  readonly #forgets: (() => void)[];

  constructor(host: Host) {
    this.#host = host;
    const stop = (signal: StopSignal): void => {
      if (this.caught !== undefined) host.exitNow(exitCodeOfSignal(signal));
      this.caught = signal;
      this.controller.abort(new FreezerError('aborted', `stopped by ${signal}`));
    };
    this.#forgets = [host.onStop(stop)];
  }

  /** Until it is forgotten. */
  onHangUp(hangUp: () => void): void {
    const forget = this.#host.onHangUp?.(hangUp);
    if (forget) this.#forgets.push(forget);
  }

  forget(): void {
    for (const forget of this.#forgets) forget();
  }
}

/** Results go to standard output; when the result document goes there, nothing else does. */
async function print(result: ActionResult, settings: Settings, host: Host): Promise<void> {
  const document = result.document === undefined ? undefined : pythonJson(result.document);
  if (document !== undefined) await writeResultPlaces(settings, document);
  if (settings.metadata_out === '-') return host.out.write(document ?? '');
  if (settings.json && result.output?.jsonLines !== undefined) return pour(result.output.jsonLines, host);
  if (settings.json) return host.out.write(formatJson(result.output?.json ?? result.document ?? { result: result.result }));
  if (settings.quiet && isReport(result, settings)) return;
  const text = result.output?.text ?? '';
  if (typeof text === 'string') return host.out.write(text);
  return pour(text, host);
}

/** What such an action prints was not asked for: it says that all went well. A dry run is made for what it says. */
const isReport = ({ result }: ActionResult, { action, dry_run }: Settings): boolean =>
  result === 'success' && !dry_run && ['backup', 'restore', 'verify', 'admin', 'copy', 'pin', 'unpin'].includes(action);

/** Stops reading once nobody takes it any more. */
async function pour(text: AsyncIterable<string>, host: Host): Promise<void> {
  for await (const part of text) {
    await host.out.write(part);
    if (host.out.closed) return;
  }
}

/** Who reads a restored file and goes away has not got it. */
async function writeContent(chunk: Uint8Array, { out }: Host): Promise<void> {
  await out.write(chunk);
  if (out.closed) throw new FreezerError('unavailable', 'standard output: its reader is gone before the file was at its end');
}

function actionInput(resolved: ResolvedSettings, host: Host, logger: Logger, watched: Pick<ActionInput, 'signal' | 'limits' | 'progress'>): ActionInput {
  return {
    action: resolved.action,
    settings: resolved.settings,
    engineNamed: resolved.places.has('engine_name'),
    hostNamed: resolved.places.has('hostname'),
    storageSections: resolved.storageSections,
    cli: commandLineWithoutSecrets(PROGRAM, host.argv, AGENT_LINE),
    version: host.version,
    logger,
    ...watched,
    now: host.now,
    environment: { ...host.environment, ...proxyEnvironment(resolved.settings.proxy) },
    ...(host.standardInput && { standardInput: host.standardInput }),
    writeOut: (chunk) => writeContent(chunk, host),
  };
}

interface ReportContext {
  readonly log?: OpenedLog | undefined;
  readonly debug: boolean;
  /** Where the settings were given. */
  readonly places?: ResolvedSettings['places'];
}

/** Says what went wrong: in one line for people, with its stack in the log only when that was asked for. */
function report(error: unknown, host: Host, context: ReportContext): void {
  const message = context.places && FreezerError.is(error, 'invalid') ? withPlace(AGENT_TABLE, messageOf(error), context.places) : messageOf(error);
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : '';
  const facts = { ...(FreezerError.is(error) ? { code: error.code, ...error.details } : {}), ...(context.debug ? { stack } : {}) };
  // Not twice on standard error.
  if (context.debug || !context.log?.onStandardError) context.log?.logger.error(facts, `Critical Error: ${message}`);
  host.complain(`Critical Error: ${printable(message)}\n`);
}

/** Runs the action; meanwhile shows how far it is, and lets SIGHUP change its limits. */
async function watchedAction(resolved: ResolvedSettings, host: Host, watch: StopWatch, log: OpenedLog): Promise<ActionResult> {
  const { settings } = resolved;
  const limits = new RunLimits(settings);
  let rereading = Promise.resolve();
  watch.onHangUp(() => {
    rereading = rereading.then(() => rereadSettings(host, { limits, log, resolved }));
  });
  const kind = progressKind(settings, host.statusLine !== undefined);
  const progress = new Progress();
  const { statusLine, now, complain } = host;
  const endProgress = showProgress({ kind, action: settings.action, progress, statusLine, write: host.standardError ?? complain, now });
  try {
    const { signal } = watch.controller;
    return await host.runAction(actionInput(resolved, host, log.logger, { signal, limits, ...(kind === 'none' ? {} : { progress }) }));
  } finally {
    await endProgress();
    await rereading;
  }
}

/** When the result document goes to standard output, the caller is a program: Freezer's scheduler drops the document if anything is on standard error. */
function logHost(settings: Settings, host: Host): LogHost {
  const { quiet, metadata_out } = settings;
  return { ...host, now: () => new Date(host.now()), program: PROGRAM, secretKeys: AGENT_TABLE.secretKeys(), quiet, silentStandardError: metadata_out === '-' };
}

async function runResolved(resolved: ResolvedSettings, host: Host, watch: StopWatch): Promise<number> {
  const { settings } = resolved;
  let log: OpenedLog | undefined;
  try {
    log = await openLogger(settings, logHost(settings, host));
    const { logger } = log;
    for (const warning of resolved.warnings) logger.warn({}, warning);
    await checkResultPlaces(settings);
    host.changeEnvironment?.(proxyEnvironment(settings.proxy));
    logger.info({}, `Begin freezer agent process with args: ${commandLineWithoutSecrets(PROGRAM, host.argv, AGENT_LINE)}`);
    const result = await watchedAction(resolved, host, watch, log);
    await print(result, settings, host);
    if (result.failure !== undefined) report(new FreezerError('unexpected', result.failure), host, { log, debug: settings.debug });
    logger.info(
      { result: result.result },
      `Run freezer agent process ${result.result === 'fail' || result.result === 'aborted' ? 'unsuccessfully' : 'successfully'}`,
    );
    return watch.caught !== undefined && result.result === 'aborted'
      ? exitCodeOfSignal(watch.caught)
      : exitCodeOfResult(result.result, settings.partial_exit_code);
  } catch (error) {
    log?.logger.error({}, 'Run freezer agent process unsuccessfully');
    report(error, host, { log, debug: settings.debug, places: resolved.places });
    return watch.caught === undefined ? exitCodeOfError(error) : exitCodeOfSignal(watch.caught);
  } finally {
    await log?.close();
  }
}

/** Runs a command line to its end. Resolves to the exit code; never rejects for what the command line or the run did wrong. */
export async function runAgent(host: Host): Promise<number> {
  const watch = new StopWatch(host);
  try {
    const parsed = AGENT_LINE.parse(host.argv);
    if (parsed.version) return await printed(host, `${host.version}\n`);
    if (parsed.help) return await printed(host, helpPage(host.argv, host.columns));
    return await runResolved(await resolveSettings(host), host, watch);
  } catch (error) {
    report(error, host, { debug: false });
    return exitCodeOfError(error);
  } finally {
    watch.forget();
  }
}

async function printed(host: Host, text: string): Promise<number> {
  await host.out.write(text);
  return 0;
}
