import { type ResolvedSettings, type ResolveInput, type RunLimits, resolveSettings, type Settings } from '@freezer/agent';
import { messageOf } from '@freezer/core';
import type { OpenedLog } from '@freezer/log';
import { formatBytes } from '@freezer/terminal';

/** What of a run can be changed while it goes on. */
export interface Changeable {
  readonly limits: RunLimits;
  readonly log: OpenedLog;
  /** What the run began with. */
  readonly resolved: ResolvedSettings;
}

const hasFiles = ({ config, config_file, config_dir }: Settings): boolean => config !== undefined || config_file.length + config_dir.length > 0;

const rateText = (bytesPerSecond: number): string => (Number.isFinite(bytesPerSecond) ? `${formatBytes(bytesPerSecond)}/s` : 'none');

/**
 * Reads the files of a run anew and takes from them the limits and the level of the log; the command line still has precedence. When
 * anything in them is wrong, all stays as it is, and one warning says why. Never rejects, and never ends a run: a terminal that is gone, or a
 * signal that was meant for others, is no reason to be left without a backup.
 */
export async function rereadSettings(input: ResolveInput, { limits, log, resolved }: Changeable): Promise<void> {
  const { logger } = log;
  if (!hasFiles(resolved.settings)) return logger.warn({}, 'SIGHUP: nothing to read anew, because no --config, --config-file or --config-dir was given');
  try {
    const { settings, warnings } = await resolveSettings(input);
    for (const warning of warnings) if (!resolved.warnings.includes(warning)) logger.warn({}, warning);
    limits.change(settings);
    log.changeLevel(settings);
    logger.info(
      { upload_limit: rateText(limits.upload.bytesPerSecond), download_limit: rateText(limits.download.bytesPerSecond) },
      'SIGHUP: the files of the settings were read anew',
    );
  } catch (error) {
    logger.warn({}, `SIGHUP: nothing was changed, because the settings are wrong: ${messageOf(error)}`);
  }
}
