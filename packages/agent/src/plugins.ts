import type { EnginePlugin, ModePlugin, SourcePlugin, StoragePlugin } from '@freezer/core';

/** A plugin that is loaded when its kind is asked for: nobody pays for what he does not use. */
export interface Shipped<Plugin> {
  readonly kind: string;
  readonly load: () => Promise<Plugin>;
}

/** What an app ships. Kinds are open: a package of somebody else's is one more line in the app's list. */
export interface AgentPlugins {
  readonly storages: readonly Shipped<StoragePlugin>[];
  readonly engines: readonly Shipped<EnginePlugin>[];
  readonly modes: readonly ModePlugin[];
  readonly sources: readonly SourcePlugin[];
}
