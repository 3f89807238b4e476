import type { EnginePlugin, ModePlugin, SourcePlugin, StoragePlugin } from '@freezer/core';

/** What an app ships. Kinds are open: a package of somebody else's is one more line in the app's list. */
export interface AgentPlugins {
  readonly storages: readonly StoragePlugin[];
  readonly engines: readonly EnginePlugin[];
  readonly modes: readonly ModePlugin[];
  readonly sources: readonly SourcePlugin[];
}
