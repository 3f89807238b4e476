export type { ApiAccess, JobOwner } from './api/api-access.ts';
export { ApiDesk } from './api/api-desk.ts';
export { delivery, FeatureProbe } from './api/deliver.ts';
export { JobPoll } from './api/job-poll.ts';
export { beat, type Claim, leave, type Registration, registerClient } from './api/register.ts';
export { SessionCalls } from './api/session-calls.ts';
export { checkJobFiles, type JobFileCheck } from './daemon/check-job-files.ts';
export { type HookOptions, RunHooks } from './daemon/hooks.ts';
export { type Meter, NO_METER } from './daemon/meter.ts';
export { readSourceJob } from './daemon/read-source-job.ts';
export { type RunDeps, RunDriver } from './daemon/run-driver.ts';
export { type OnceRun, runOnce } from './daemon/run-once.ts';
export { Scheduler, type SchedulerOptions, type SchedulerTerms } from './daemon/scheduler.ts';
export { capabilitiesOf, policyOf, saltOf } from './daemon/terms.ts';
export type { JobReading } from './documents/job-reading.ts';
export { type Validation, validateJob } from './documents/validate-job.ts';
export type { RunEnd } from './machine/state.ts';
export { createNotifier, type NotifyEnvironment, type ServiceNotifier } from './process/notify.ts';
export { type HeldPidFile, isHeld, type PidHolder, readPidFile, takePidFile } from './process/pid-file.ts';
export type { ActionPolicy, Capabilities } from './run/action-policy.ts';
export { ActionRunner } from './run/action-runner.ts';
export { agentEnvironment } from './run/agent-environment.ts';
export { type AgentProgram, findAgent } from './run/agent-program.ts';
export { killAgents } from './run/kill-agents.ts';
export { isAlive, markOf, type ProcessMark, signalProcess } from './run/process-mark.ts';
export {
  accountVariables,
  checkSettings,
  placesOf,
  type ResolvedScheduler,
  resolveScheduler,
  type SchedulerHost,
  type SchedulerPlaces,
} from './settings/resolve.ts';
export { SCHEDULER_LINE, SCHEDULER_TABLE, type SchedulerSettings } from './settings/scheduler-table.ts';
export { SCHEDULER_TEXT } from './settings/scheduler-text.ts';
export { zoneOf } from './settings/zone.ts';
export { ApiSource } from './sources/api-source.ts';
export { FileSource } from './sources/file-source.ts';
export { jobFilePath } from './sources/job-folder.ts';
export { type Instance, openInstance } from './state/instance.ts';
export { JobCopies } from './state/job-copies.ts';
export { Outbox } from './state/outbox.ts';
export { isHealthy, type JobLine, readJobLines, readStatus, type SchedulerStatus } from './state/status-file.ts';
