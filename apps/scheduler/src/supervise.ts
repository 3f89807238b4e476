import { supervise } from '@freezer/scheduler/supervise';

// Started by the scheduler, once for each agent; the folder of the run is its only argument.
await supervise(process.argv[2] ?? '');
// Children of the agent may hold its output open; nothing more is expected of it.
process.exit(0);
