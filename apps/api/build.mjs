import { bundle } from '../../tools/bundle/bundle.mjs';

// libsql loads a native part of its own, and only where Node has no SQLite.
await bundle({ entries: { main: 'src/main.ts', manage: 'src/manage.ts' }, version: 'FREEZER_API_VERSION', external: ['libsql'] });
