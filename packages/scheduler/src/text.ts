export { SCHEDULER_TEXT } from './settings/scheduler-text.ts';
