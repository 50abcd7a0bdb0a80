import { AGENT_CONNECTIONS_MAX, AGENT_PERCENT_MAX, type AgentWords } from '../core/agent.ts';
import type { Mutable } from '../core/mutable.ts';

/** Words without a meaning that are remembered, to be told of. */
const UNKNOWN_WORDS_MAX = 8;

/**
 * What a line of an agent says: words in any order and in either case, between spaces, tabs and commas; of two that
 * contradict each other the last counts. What follows a `#` is the reason. null = no word of it has a meaning.
 */
export function parseAgentLine(line: string): AgentWords | null {
  const [, text = '', reason = ''] = /^([^#]*)#?(.*)$/s.exec(line) ?? [];
  const words: Mutable<AgentWords> & { unknown: string[] } = {
    percent: null,
    admin: null,
    health: null,
    reason: reason.trim(),
    connectionsMax: null,
    unknown: [],
  };
  let known = 0;
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    if (take(word.toLowerCase(), words)) known++;
    else if (words.unknown.length < UNKNOWN_WORDS_MAX) words.unknown.push(word);
  }
  return known === 0 ? null : words;
}

function take(word: string, words: Mutable<AgentWords>): boolean {
  switch (word) {
    case 'ready':
    case 'drain':
    case 'maint':
      words.admin = word;
      return true;
    case 'up':
    case 'down':
    case 'fail':
    case 'stopped':
      words.health = word;
      return true;
    case 'failed':
      words.health = 'fail';
      return true;
  }
  const [, percent] = /^(\d{1,9})%$/.exec(word) ?? [];
  if (percent !== undefined) words.percent = Math.min(Number(percent), AGENT_PERCENT_MAX);
  const [, limit] = /^maxconn:(\d{1,9})$/.exec(word) ?? [];
  if (limit !== undefined) words.connectionsMax = Math.min(Number(limit), AGENT_CONNECTIONS_MAX);
  return percent !== undefined || limit !== undefined;
}
