import { placesOf, readJobLines, readStatus, type SchedulerSettings } from '@freezer/scheduler';
import { formatInstant, formatJson, formatTable } from '@freezer/terminal';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';

/** `list`: the jobs that the scheduler knows, from what it wrote down. */
export async function listCommand(settings: SchedulerSettings, host: Host): Promise<number> {
  const { instance } = placesOf(settings, host);
  const [status, lines] = await Promise.all([readStatus(instance), readJobLines(instance)]);
  if (!status) {
    host.complain('freezer-scheduler: no scheduler has run here with these settings\n');
    return EXIT.notRunning;
  }
  if (settings.json)
    host.print(formatJson(lines.map((line) => ({ ...line, next_run_at: line.next_run_at === null ? null : new Date(line.next_run_at * 1000).toISOString() }))));
  else {
    const columns = ['Job', 'Description', 'Status', 'Result', 'Next run', 'Message'].map((title) => ({ title }));
    host.print(
      formatTable(
        columns,
        lines.map(({ job_id: id, description, status: state, result, next_run_at: next, message }) => [
          id,
          description,
          state,
          result,
          next === null ? '' : formatInstant(next),
          message,
        ]),
      ),
    );
  }
  return EXIT.done;
}
