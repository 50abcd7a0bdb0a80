import type { Cores } from './cores.ts';

/** A port for each kind of load: of the backends, or of a proxy in front of them. */
export interface Ports {
  readonly requests: number;
  readonly bulk: number;
}

/** What a proxy needs to know of the bench to start. */
export interface Surroundings {
  readonly backends: Ports;
  readonly cores: Cores;
  /** A folder of this run, for configurations. */
  readonly temp: string;
  readonly sluiceMain: string;
  /** The Go proxy that was built for this run. null: there is no Go. */
  readonly goProxy: string | null;
  /** Base URL of the sink of traces. */
  readonly sink: string;
}

export interface Running {
  readonly ports: Ports;
  /** The processes whose CPU time and memory are the proxy's. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export interface Contender {
  /** Unique within a run. */
  readonly name: string;
  /** What is to be installed before it can run. null: nothing. */
  missing(surroundings: Surroundings): string | null;
  /** Resolves once it takes connections. Throws where it does not start. */
  start(surroundings: Surroundings): Promise<Running>;
  /** Milliseconds of each kind of load before the first is measured. */
  readonly warmUpMs: number;
}
