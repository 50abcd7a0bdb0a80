import type { Cores } from './cores.ts';

/** A port for each kind of load: of the backends, or of a proxy in front of them. */
export interface Ports {
  readonly requests: number;
  readonly bulk: number;
}

/** A program that was compiled for this run, or why there is none. */
export type Built = { readonly path: string } | { readonly path: null; readonly why: string };

/** What a proxy needs to know of the bench to start. */
export interface Surroundings {
  readonly backends: Ports;
  readonly cores: Cores;
  /** A folder of this run, for configurations. */
  readonly temp: string;
  readonly sluiceMain: string;
  /** The Go proxy that was built for this run. */
  readonly goProxy: Built;
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
  /** Why it cannot run here, such as what is to be installed. null: it can. */
  missing(surroundings: Surroundings): string | null;
  /** Resolves once it takes connections. Throws where it does not start. */
  start(surroundings: Surroundings): Promise<Running>;
  /** Milliseconds of each kind of load before the first is measured; a few times as many where the machine is slow. */
  readonly warmUpMs: number;
}
