import { bundle } from '../../tools/bundle/bundle.mjs';

await bundle({ entries: { main: 'src/main.ts' }, version: 'FREEZER_SCHEDULER_VERSION' });
