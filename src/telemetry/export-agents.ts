import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ExportTls } from './otel-settings.ts';

/** The connections to OTLP receivers, so that a receiver which hangs can be left. */
export class ExportAgents {
  readonly #agents: (HttpAgent | HttpsAgent)[] = [];

  /** What makes agents for `http:` or `https:`, owned by this; `tls` is for the latter. */
  maker(tls: ExportTls): (protocol: string) => HttpAgent | HttpsAgent {
    return (protocol) => {
      const agent =
        protocol === 'https:'
          ? new HttpsAgent({ keepAlive: true, ...tls })
          : new HttpAgent({ keepAlive: true });
      this.#agents.push(agent);
      return agent;
    };
  }

  /** Ends all connections; none is made any more, so that no retry holds the process. */
  close(): void {
    for (const agent of this.#agents) {
      agent.maxSockets = 0;
      agent.destroy();
    }
  }
}
