import { FreezerError, type Logger } from '@freezer/core';
import {
  ActionRunner,
  type AgentProgram,
  type ApiAccess,
  ApiDesk,
  ApiSource,
  accountVariables,
  agentEnvironment,
  beat,
  capabilitiesOf,
  delivery,
  FeatureProbe,
  FileSource,
  type Instance,
  JobCopies,
  JobPoll,
  type JobReading,
  leave,
  type Meter,
  markOf,
  Outbox,
  policyOf,
  type Registration,
  type RunDeps,
  RunHooks,
  readSourceJob,
  registerClient,
  Scheduler,
  type SchedulerPlaces,
  type SchedulerSettings,
  type SchedulerTerms,
  SessionCalls,
  saltOf,
  zoneOf,
} from '@freezer/scheduler';
import type { Host } from './host.ts';

export interface Assembly {
  readonly settings: SchedulerSettings;
  readonly places: SchedulerPlaces;
  readonly host: Host;
  readonly instance: Instance;
  readonly agent: AgentProgram;
  /** Undefined: jobs come from files. */
  readonly connect: ((settings: SchedulerSettings) => Promise<ApiAccess>) | undefined;
  readonly supervisor: readonly string[];
  readonly meter: Meter;
  readonly logger: Logger;
}

/** A scheduler that runs. */
export interface RunningScheduler {
  readonly scheduler: Scheduler;
  /** Takes other settings; those of places and identity stay. */
  reload(settings: SchedulerSettings): Promise<void>;
  close(): Promise<void>;
}

/** Seconds: the API is not told more often that this client is there, however often it polls. */
const FASTEST_BEAT = 5;

const sessionTerms = (settings: SchedulerSettings) => ({
  startTimeout: settings['scheduler.session_start_timeout'],
  onFailure: settings['scheduler.on_session_failure'],
});

/** What never changes of this process. */
const selfOf = ({ instance, host }: Assembly) => ({
  instance: instance.uuid,
  process: markOf(process.pid),
  version: host.version,
  os: host.platform,
  arch: process.arch,
  startedAt: Math.floor(host.now() / 1000),
});

/** What a scheduler and a single run have in common. */
export async function parts(assembly: Assembly) {
  const { connect, host, logger, instance } = assembly;
  let { settings } = assembly;
  let access = await connect?.(settings);
  const noApi = access === undefined;
  const api = (): ApiAccess => {
    if (!access) throw new FreezerError('unexpected', 'there is no API');
    return access;
  };
  let clientId = settings['scheduler.client_id'] ?? (noApi ? host.hostname : '');
  const probe = new FeatureProbe(api);
  const outbox = noApi ? undefined : await Outbox.open(instance.outbox, delivery(api, probe), logger);
  const self = selfOf(assembly);
  const beatSeconds = (): number => Math.max(FASTEST_BEAT, settings['scheduler.interval']);
  const registration = async (call?: { readonly signal?: AbortSignal }): Promise<Registration> => {
    if (clientId === '') clientId = `${await api().projectId(call)}_${host.hostname}`;
    const { ours } = await probe.features(call);
    const central = settings['scheduler.centralized_scheduler'];
    return {
      clientId,
      hostname: host.hostname,
      central,
      capabilities: capabilitiesOf(settings),
      ...self,
      timezone: zoneOf(settings),
      beatSeconds: beatSeconds(),
      ours,
    };
  };
  const desk =
    outbox &&
    new ApiDesk({
      outbox,
      register: async (signal) => registerClient(api(), await registration(signal && { signal }), signal && { signal }),
      beat: async () => beat(api(), await registration()),
      leave: async (signal) => leave(api(), await registration({ signal }), { signal }),
      beatSeconds,
      clientId: () => clientId,
      logger,
    });
  const runs: RunDeps = {
    runner: runnerOf(assembly),
    runsFolder: instance.runs,
    policy: () => policyOf(settings, { isTrial: access?.isTrial ?? false, noApi }),
    hooks: hooksOf(assembly, () => settings),
    sessions: outbox && new SessionCalls({ access: api, outbox, logger, terms: () => sessionTerms(settings) }),
    keepBackup: async (...made) => desk?.keepBackup(...made),
    keepRun: async (...ended) => desk?.keepRun(...ended),
    agentEnvironment: (reading: JobReading) => agentEnvironment({ environment: host.environment, variables: accountVariables(settings) }, reading),
    actionTimeout: () => settings['scheduler.action_timeout'],
    logger,
  };
  return {
    runs,
    desk,
    api,
    client: noApi ? undefined : () => api().client,
    clientId: () => clientId,
    noApi,
    reload: async (changed: SchedulerSettings) => {
      settings = changed;
      const before = access;
      if (connect) access = await connect(changed);
      await before?.close();
    },
    close: async () => access?.close(),
  };
}

/** Puts a scheduler together, which has not yet asked for jobs. */
export async function assemble(assembly: Assembly): Promise<RunningScheduler> {
  const { host, logger, instance, places, meter, settings } = assembly;
  const { runs, desk, api, clientId, noApi, reload, close } = await parts(assembly);
  const central = settings['scheduler.centralized_scheduler'];
  // The id may be known only when Keystone has answered; the host's name is enough to tell jitters apart.
  const salt = saltOf(settings['scheduler.client_id'] ?? '');
  const scheduler = await Scheduler.open({
    terms: termsOf(settings, salt),
    source: noApi
      ? new FileSource(places.jobsDir, logger)
      : new ApiSource(new JobPoll({ access: api, clientId, central, waiting: () => desk?.undelivered ?? 0 })),
    api: desk,
    runs,
    copies: !noApi && settings['scheduler.jobs_dir'] !== undefined ? new JobCopies(places.jobsDir) : undefined,
    folder: instance.jobs,
    instance: instance.folder,
    facts: () => ({
      process: markOf(process.pid),
      version: host.version,
      client_id: clientId(),
      mode: noApi ? 'files' : central ? 'central' : 'api',
      source: noApi ? places.jobsDir : 'api',
    }),
    meter,
    logger,
    startDelay: Math.random() * settings['scheduler.startup_jitter'],
  });
  return {
    scheduler,
    reload: async (changed) => {
      await reload(changed);
      await scheduler.reload(termsOf(changed, salt));
    },
    close,
  };
}

function runnerOf({ settings, agent, instance, supervisor, host }: Assembly): ActionRunner {
  return new ActionRunner({
    folder: instance.runs,
    agent,
    supervisor,
    killGrace: settings['scheduler.kill_grace'],
    largestDocument: settings['scheduler.max_output_bytes'],
    environment: host.environment,
  });
}

function hooksOf({ host, logger, connect }: Assembly, settings: () => SchedulerSettings): RunHooks {
  return new RunHooks(
    () => ({
      preHook: settings()['scheduler.pre_hook'],
      postHook: settings()['scheduler.post_hook'],
      timeoutSeconds: settings()['scheduler.hook_timeout'],
      fromJobs: settings()['scheduler.allow_job_hooks'] || connect === undefined,
      environment: host.environment,
    }),
    logger,
  );
}

function termsOf(settings: SchedulerSettings, salt: string): SchedulerTerms {
  const defaults = { zone: zoneOf(settings), jitter: settings['scheduler.jitter'], misfireGrace: settings['scheduler.misfire_grace_time'] };
  return {
    interval: settings['scheduler.interval'],
    places: settings['scheduler.concurrent_jobs'],
    projectPlaces: settings['scheduler.centralized_scheduler'] ? settings['scheduler.project_concurrent_jobs'] : undefined,
    rules: { unscheduledDelay: settings['scheduler.unscheduled_delay'] * 1000, onRestart: settings['scheduler.on_restart'], onDelete: 'finish-action', salt },
    stopTimeout: settings['scheduler.stop_timeout'],
    killGrace: settings['scheduler.kill_grace'],
    read: (job) => readSourceJob(job, defaults),
  };
}
