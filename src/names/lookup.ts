import { lookup as getaddrinfo } from 'node:dns';
import type { Lookup, NameAnswer, NameQuestion, ResolverPlan } from '../core/names.ts';
import type { Cancellable } from '../core/ports.ts';
import { type Ask, askServers, type Patience } from './ask.ts';
import { combine, type Part } from './combine.ts';
import { exchange, type Outcome } from './exchange.ts';
import { isLocalhost, LOCALHOST } from './hosts.ts';
import type { RecordType } from './message.ts';
import { candidates } from './resolv-conf.ts';
import { type SystemFiles, systemFiles } from './system-files.ts';

/** How long what a file of this machine, or its own resolver, says may be used: neither tells. */
const SYSTEM_TTL_MS = 10_000;

/** What tests put in the place of the network and of this machine. */
export interface LookupParts {
  readonly ask?: Ask;
  readonly files?: SystemFiles;
  /** getaddrinfo(3): all addresses of a name, or an error's code. */
  readonly resolve?: (
    name: string,
    done: (error: string | null, addresses: readonly string[]) => void,
  ) => void;
}

/**
 * The lookup of a plan's resolver. With servers, a name is asked for as it stands. Without, as the system does it: /etc/hosts,
 * then the servers and the search list of /etc/resolv.conf; a name that they do not know is given to getaddrinfo(3), which
 * may have other sources (nsswitch.conf(5)). `localhost` is this machine either way.
 */
export function createLookup(plan: () => ResolverPlan, parts: LookupParts = {}): Lookup {
  const { ask = exchange, files = systemFiles(), resolve = systemResolve } = parts;
  return (question, done) => {
    const { servers, timeoutMs, attempts } = plan();
    const near = nearby(question, servers === null ? files : null);
    if (near !== null) return later(() => done(near));
    if (servers !== null)
      return askOne({ servers, timeoutMs, attempts }, question, question.name.replace(/\.$/, ''), ask, done);
    const conf = files.resolvConf();
    const patience = { servers: conf.servers, timeoutMs, attempts };
    return askAll(patience, question, candidates(question.name, conf), ask, (answer) => {
      if (answer.kind === 'failed' && question.kind === 'address' && isUnknown(answer.cause))
        return fromSystem(question, answer, resolve, done);
      done(answer);
      return null;
    });
  };
}

/** What needs no server; null where one does. */
function nearby({ kind, name, families }: NameQuestion, files: SystemFiles | null): NameAnswer | null {
  if (kind === 'service') return null;
  const known = isLocalhost(name) ? LOCALHOST : files?.hosts().get(name.replace(/\.$/, '').toLowerCase());
  const addresses = known?.filter((address) => isOf(address, families)) ?? [];
  return addresses.length === 0 ? null : found(addresses);
}

/** The first of several names that exists. */
function askAll(
  patience: Patience,
  question: NameQuestion,
  [name = '', ...rest]: readonly string[],
  ask: Ask,
  done: (answer: NameAnswer) => Cancellable | null,
): Cancellable {
  let under: Cancellable | null = null;
  under = askOne(patience, question, name, ask, (answer) => {
    const goesOn = answer.kind === 'failed' && isUnknown(answer.cause) && rest.length > 0;
    under = goesOn ? askAll(patience, question, rest, ask, done) : done(answer);
  });
  return { cancel: () => under?.cancel() };
}

/** All that a question is about, of one name: SRV, or A and AAAA side by side. */
function askOne(
  patience: Patience,
  { kind, families }: NameQuestion,
  name: string,
  ask: Ask,
  done: (answer: NameAnswer) => void,
): Cancellable {
  const parts: Part[] = [];
  const types: readonly RecordType[] = kind === 'service' ? ['SRV'] : TYPES[families];
  const asked = types.map((type) =>
    askServers(
      patience,
      name,
      type,
      (outcome: Outcome) => {
        parts.push({ type, outcome });
        if (parts.length === types.length) done(combine(parts));
      },
      ask,
    ),
  );
  return {
    cancel() {
      for (const one of asked) one.cancel();
    },
  };
}

const TYPES = { both: ['A', 'AAAA'], ipv4: ['A'], ipv6: ['AAAA'] } as const;

function fromSystem(
  { name, families }: NameQuestion,
  otherwise: NameAnswer,
  resolve: NonNullable<LookupParts['resolve']>,
  done: (answer: NameAnswer) => void,
): Cancellable {
  let isWanted = true;
  resolve(name, (error, all) => {
    const addresses = error === null ? all.filter((address) => isOf(address, families)) : [];
    if (isWanted) done(addresses.length === 0 ? otherwise : found(addresses));
  });
  return {
    cancel: () => {
      isWanted = false;
    },
  };
}

function systemResolve(
  name: string,
  done: (error: string | null, addresses: readonly string[]) => void,
): void {
  getaddrinfo(name, { all: true, order: 'verbatim' }, (error, addresses) => {
    done(error?.code ?? null, error === null ? addresses.map(({ address }) => address) : []);
  });
}

function found(addresses: readonly string[]): NameAnswer {
  return { kind: 'found', addresses, services: [], ttlMs: SYSTEM_TTL_MS, lacks: null };
}

function isUnknown(cause: string): boolean {
  return cause === 'NXDOMAIN' || cause === 'NODATA';
}

function isOf(address: string, families: NameQuestion['families']): boolean {
  return families === 'both' || (families === 'ipv6') === address.includes(':');
}

function later(run: () => void): Cancellable {
  const soon = setImmediate(run);
  return { cancel: () => clearImmediate(soon) };
}
