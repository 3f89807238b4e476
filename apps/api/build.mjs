import { bundle } from '../../tools/bundle/bundle.mjs';

// libsql loads a native part of its own, and only where Node has no SQLite; cpu-features is one of ssh2 that it does without.
await bundle({ entries: { main: 'src/main.ts', manage: 'src/manage.ts' }, version: 'FREEZER_API_VERSION', external: ['libsql', 'cpu-features'] });
