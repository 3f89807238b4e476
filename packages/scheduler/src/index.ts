export type { ApiAccess, JobOwner } from './api/api-access.ts';
export { createNotifier, type NotifyEnvironment, type ServiceNotifier } from './process/notify.ts';
export { type HeldPidFile, isHeld, type PidHolder, readPidFile, takePidFile } from './process/pid-file.ts';
export { type AgentProgram, findAgent } from './run/agent-program.ts';
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
export { jobFilePath } from './sources/job-folder.ts';
export { isHealthy, type JobLine, readJobLines, readStatus, type SchedulerStatus } from './state/status-file.ts';
