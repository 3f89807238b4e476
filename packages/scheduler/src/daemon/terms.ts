import { hostname } from 'node:os';
import { CLIENT_ACTIONS, CLIENT_ENGINES, CLIENT_MODES, CLIENT_STORAGES } from '@freezer/models';
import type { ActionPolicy, Capabilities } from '../run/action-policy.ts';
import type { SchedulerSettings } from '../settings/scheduler-table.ts';

/** What HEAD of Freezer registers when the settings name nothing. */
const DEFAULT_CAPABILITIES: Capabilities = {
  actions: CLIENT_ACTIONS,
  modes: CLIENT_MODES,
  storages: CLIENT_STORAGES,
  engines: CLIENT_ENGINES,
};

/** Of a scheduler that works for all projects: nothing that would touch the host on which it runs. */
const CENTRAL_CAPABILITIES: Capabilities = {
  actions: ['backup', 'restore', 'info', 'admin'],
  modes: ['cinder', 'cindernative', 'nova', 'glance'],
  storages: ['swift', 's3'],
  engines: DEFAULT_CAPABILITIES.engines,
};

const chosen = (given: readonly string[], byDefault: readonly string[]): readonly string[] => (given.length > 0 ? given : byDefault);

/** What is told to the API. */
export function capabilitiesOf(settings: SchedulerSettings): Capabilities {
  const base = settings['scheduler.centralized_scheduler'] ? CENTRAL_CAPABILITIES : DEFAULT_CAPABILITIES;
  return {
    actions: chosen(settings['capabilities.supported_actions'], base.actions),
    modes: chosen(settings['capabilities.supported_modes'], base.modes),
    storages: chosen(settings['capabilities.supported_storages'], base.storages),
    engines: chosen(settings['capabilities.supported_engines'], base.engines),
  };
}

/** What jobs may do here. What the settings do not name is allowed, as far as our agent knows it; a central scheduler allows its own list alone. */
export function policyOf(settings: SchedulerSettings, { isTrial, noApi }: { readonly isTrial: boolean; readonly noApi: boolean }): ActionPolicy {
  const central = settings['scheduler.centralized_scheduler'];
  const allow = settings['scheduler.allow_exec'];
  const exec = settings['scheduler.disable_exec'] ? 'disabled' : central && !allow ? 'central' : isTrial && !allow ? 'trial' : 'allowed';
  const own: Capabilities = {
    actions: settings['capabilities.supported_actions'],
    modes: settings['capabilities.supported_modes'],
    storages: settings['capabilities.supported_storages'],
    engines: settings['capabilities.supported_engines'],
  };
  return {
    exec,
    execAllowed: settings['scheduler.exec_allowed'],
    allowedPaths: settings['scheduler.allowed_paths'],
    allowedRestorePaths: settings['scheduler.allowed_restore_paths'],
    // Files of the host's own directory are its own configuration.
    allowHostFiles: settings['scheduler.allow_job_hooks'] || noApi,
    needsTrust: central,
    capabilities: central ? withExec(capabilitiesOf(settings), allow) : own,
  };
}

const withExec = (capabilities: Capabilities, allowed: boolean): Capabilities =>
  allowed && !capabilities.actions.includes('exec') ? { ...capabilities, actions: [...capabilities.actions, 'exec'] } : capabilities;

/** Makes jitter differ from host to host. */
export const saltOf = (clientId: string): string => `${hostname()}/${clientId}`;
