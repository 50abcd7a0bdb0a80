import { type AgentWords, afterWords, formatAgentState } from '../core/agent.ts';
import type { UpstreamTable } from '../core/upstream-table.ts';

/** Puts what agents say into the upstream table, where it outlives the actors that heard it. */
export class AgentBook {
  readonly #table: UpstreamTable;

  constructor(table: UpstreamTable) {
    this.#table = table;
  }

  /**
   * Takes a line. `changed` is told all that the agent wanted and wants now, where that is something else than before, and first: where
   * telling fails nothing is changed, and the next line tells again. Returns why the backend is down by it; null = it is not.
   */
  heard(row: number, words: AgentWords, changed: (before: string, said: string) => void): string | null {
    const before = this.#table.agent(row);
    const after = afterWords(before, words);
    const [old, now] = [before, after].map((state) => formatAgentState({ ...state, down: false }));
    if (old !== undefined && now !== undefined && old !== now) changed(old, now);
    this.#table.setAgent(row, after);
    if (!after.down) return null;
    return `the agent says ${words.health ?? 'down'}${words.reason === '' ? '' : ` #${words.reason}`}`;
  }
}
