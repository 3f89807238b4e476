import { bundle } from '../../tools/bundle/bundle.mjs';

// cpu-features: a native part of ssh2 that it does without.
await bundle({ entries: { main: 'src/main.ts' }, version: 'FREEZER_AGENT_VERSION', external: ['cpu-features'] });
