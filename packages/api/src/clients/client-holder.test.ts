import { describe, expect, it } from '@jest/globals';
import { claimed } from './client-holder.ts';

const NOW = 1_800_000_000;
const held = (more: object = {}) => ({ client_id: 'n', hostname: 'n', instance_uuid: 'one', last_seen: NOW, poll_interval: 60, state: 'running', ...more });

describe('A21: which of several schedulers of one id is the client', () => {
  it.each([
    ['the one that has it', held(), { instance_uuid: 'one' }, 10, false],
    ['nobody had it', { client_id: 'n' }, { instance_uuid: 'two' }, 10, false],
    ['another that is alive has it', held(), { instance_uuid: 'two' }, 180, true],
    ['the other has been silent for three intervals', held(), { instance_uuid: 'two' }, 181, false],
    ['the other polls often, and a short pause is no silence', held({ poll_interval: 1 }), { instance_uuid: 'two' }, 30, true],
    ['the other polls often, and is silent', held({ poll_interval: 1 }), { instance_uuid: 'two' }, 31, false],
    ['the other has said good-bye', held({ state: 'stopped' }), { instance_uuid: 'two' }, 0, false],
    ['the process of the other was seen to have ended', held(), { instance_uuid: 'two', replaces: 'one' }, 0, false],
    ['the process of somebody else was seen to have ended', held(), { instance_uuid: 'two', replaces: 'three' }, 0, true],
  ])('%s', (_name, client, said, later, refused) => {
    const { client: after, refused: isRefused } = claimed(client, said, NOW + later);
    expect(isRefused).toBe(refused);
    expect(after['instance_uuid']).toBe(refused ? 'one' : said.instance_uuid);
    expect(after['last_seen']).toBe(refused ? NOW : NOW + later);
  });

  it('who was refused is shown, until it came long ago or has become the client', () => {
    const { client } = claimed(held(), { instance_uuid: 'two', hostname: 'other' }, NOW + 5);
    expect(client['conflict']).toEqual({ instance_uuid: 'two', hostname: 'other', last_seen: NOW + 5 });
    expect(claimed(client, { instance_uuid: 'one' }, NOW + 600).client['conflict']).not.toBeNull();
    expect(claimed(client, { instance_uuid: 'one' }, NOW + 606).client['conflict']).toBeNull();
    expect(claimed(client, { instance_uuid: 'two' }, NOW + 500).client['conflict']).toBeNull();
  });

  it('who says nothing of itself changes nothing', () => {
    expect(claimed(held(), { description: 'x', last_seen: 5, state: 'stopped' }, NOW + 5)).toEqual({ client: held(), refused: false });
  });
});
