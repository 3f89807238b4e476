import { bundle } from '../../tools/bundle/bundle.mjs';

await bundle({ entries: { main: 'src/main.ts', supervise: 'src/supervise.ts' }, version: 'FREEZER_SCHEDULER_VERSION' });
