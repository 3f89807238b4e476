export { supervise } from './run/supervise.ts';
