import { afterEach, describe, expect, test } from '@jest/globals';
import { createMetrics, serveMetrics } from './metrics.ts';

let close: (() => Promise<void>) | undefined;
afterEach(async () => close?.());

describe('metrics', () => {
  test('are served in the form of Prometheus, with what was counted', async () => {
    const { meter, registry } = createMetrics();
    meter.poll('success', 0.2);
    meter.run('partial', 12);
    meter.missed(3);
    meter.jobs({ scheduled: 2, running: 1 });
    const server = await serveMetrics('127.0.0.1:0', registry, () => true);
    ({ close } = server);
    const text = await (await fetch(`http://${server.address}/metrics`)).text();
    expect(text).toContain('freezer_scheduler_polls_total{result="success"} 1');
    expect(text).toContain('freezer_scheduler_runs_total{result="partial"} 1');
    expect(text).toContain('freezer_scheduler_missed_runs_total 3');
    expect(text).toContain('freezer_scheduler_jobs{state="scheduled"} 2');
    expect(text).toMatch(/freezer_scheduler_last_successful_poll_timestamp 1\d{9}/);
  });

  test('health is a status of its own', async () => {
    let healthy = true;
    const server = await serveMetrics('0', createMetrics().registry, () => healthy);
    ({ close } = server);
    expect((await fetch(`http://${server.address}/health`)).status).toBe(200);
    healthy = false;
    expect((await fetch(`http://${server.address}/health`)).status).toBe(503);
    expect((await fetch(`http://${server.address}/other`)).status).toBe(404);
    expect((await fetch(`http://${server.address}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  test.each(['0.0.0.0:9108', '192.168.1.1:9108', 'example.org:1', 'x', '127.0.0.1:70000', ''])('%j is refused', async (listen) => {
    await expect(serveMetrics(listen, createMetrics().registry, () => true)).rejects.toMatchObject({ code: 'invalid' });
  });
});
