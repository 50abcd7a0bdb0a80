import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** The connections to OTLP receivers, so that a receiver which hangs can be left. */
export class ExportAgents {
  readonly #agents: (HttpAgent | HttpsAgent)[] = [];

  /** An agent for `http:` or `https:`, owned by this. */
  readonly make = (protocol: string): HttpAgent | HttpsAgent => {
    const agent = new (protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true });
    this.#agents.push(agent);
    return agent;
  };

  /** Ends all connections; none is made any more, so that no retry holds the process. */
  close(): void {
    for (const agent of this.#agents) {
      agent.maxSockets = 0;
      agent.destroy();
    }
  }
}
