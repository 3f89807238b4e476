export { type UpcomingOptions, upcomingRuns } from './documents/upcoming-runs.ts';
export { type Validation, validateJob } from './documents/validate-job.ts';
export type { Instant, PlanDefaults } from './triggers/trigger.ts';
