import { bundle } from '../../tools/bundle/bundle.mjs';

await bundle({
  entries: { main: 'src/main.ts' },
  version: 'FREEZER_AGENT_VERSION',
  // A native part of ssh2 that it does without.
  external: ['cpu-features'],
  chunks: { entry: 'src/command.ts', digest: 'CHUNKS_DIGEST' },
});
