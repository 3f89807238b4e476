import type { Duplex } from 'node:stream';
import type { BaseAgent, OpenSSHAgent } from 'ssh2';

/** An ssh-agent and the connections to it. ssh2 leaves one open that is never answered, and no program ends before it is closed. */
export interface EndableAgent {
  readonly agent: BaseAgent;
  /** Whether it owes an answer. */
  owes(): boolean;
  /** Ends what is open. */
  end(): void;
}

/** `Agent`: the class of ssh2, which is loaded late. */
export function endableAgent(Agent: typeof OpenSSHAgent, socket: string): EndableAgent {
  const open = new Set<Duplex>();
  const agent = new Agent(socket);
  const connect = agent.getStream.bind(agent);
  agent.getStream = (done) =>
    connect((error, stream) => {
      if (stream) {
        open.add(stream);
        stream.once('close', () => open.delete(stream));
      }
      done(error, stream);
    });
  return {
    // Its own calls are typed more narrowly than those of the class above it.
    agent: agent as BaseAgent,
    owes: () => open.size > 0,
    end: () => {
      for (const stream of open) stream.destroy();
    },
  };
}
