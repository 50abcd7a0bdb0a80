import type { z } from 'zod';
import type { StatusSource } from '../core/status.ts';
import type { Reply } from './reply.ts';

/** Methods an endpoint can have. HEAD comes with each GET, and OPTIONS is answered for every path. */
export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/**
 * Who may call an endpoint. `open`: anybody who reaches the address, for probes and for what holds nothing of the service.
 * `read`: whoever reads the state; the token is asked for where the address is not loopback. `write`: whoever changes
 * something; the token is asked for wherever there is one, web pages of other origins are refused, each request is audited.
 */
export type Access = 'open' | 'read' | 'write';

/** The fields of a path's template or a query: their values are texts as they come, so a schema takes a string. */
export type Fields = Readonly<Record<string, z.ZodType<unknown, string | undefined>>>;

export type NoFields = Readonly<Record<never, never>>;

/** What the fields of a record of schemas come to. */
export type ValuesOf<F extends Fields> = { readonly [Key in keyof F]: z.output<F[Key]> };

/** A body: YAML that is handed on as text, or JSON of a schema. */
export type BodySpec<B> =
  | { readonly kind: 'yaml'; readonly description: string }
  | {
      readonly kind: 'json';
      readonly description: string;
      readonly schema: z.ZodType<B>;
      /** May be absent, which is then as `{}`. Default: false. */
      readonly optional?: boolean;
    };

/** One reply that an endpoint can give, for the document. */
export interface ReplySpec {
  readonly description: string;
  /** '': there is no body. Absent: `application/json`, or `application/problem+json` where the status is an error. */
  readonly type?: string;
  /** Of a body of JSON, made when the document is; absent: any text, or a problem. */
  readonly schema?: () => z.ZodType;
}

/** What an endpoint is called with. */
export interface Call<P, Q, B> {
  readonly source: StatusSource;
  readonly path: P;
  readonly query: Q;
  readonly body: B;
  /** Who asks: the client's address, with the name of the token it showed. */
  readonly by: string;
  /** The field `Last-Event-ID` of the request, by which a client of events that comes back says what it has (WHATWG HTML 9.2); null = absent. */
  readonly lastEventId: string | null;
}

export interface EndpointSpec<P extends Fields, Q extends Fields, B> {
  /** Unique; what generated clients call it. */
  readonly name: string;
  readonly method: Method;
  /** `/v1/pools/{pool}`: a name in braces stands for one segment, percent-decoded. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  /** Whether it is a WebSocket, which no web page of another origin may open: a browser would let it read. Absent: no. */
  readonly isWebSocket?: boolean;
  /** One for each name in braces. Absent: there is none. */
  readonly params?: P;
  /** What the query may say; other names are refused. Absent: the query is left out of account. */
  readonly query?: Q;
  /** Fields of the header that it reads, by name, with what they are for. Absent: none of its own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: a request with a body is refused. */
  readonly body?: BodySpec<B>;
  /** By status. Refusals that come before the endpoint is called are added in the document. */
  readonly replies: Readonly<Record<number, ReplySpec>>;
  /** May throw: a SluiceError is told as a problem, anything else as an internal error. */
  readonly handle: (call: Call<ValuesOf<P>, ValuesOf<Q>, B>) => Reply | Promise<Reply>;
}

/** An endpoint of the table, whatever it is called with: `handle` takes what its own schemas have made. */
export interface Endpoint extends Omit<EndpointSpec<Fields, Fields, unknown>, 'handle'> {
  readonly handle: (call: Call<unknown, unknown, unknown>) => Reply | Promise<Reply>;
}

/** Fixes the types of one endpoint: what its handler gets is what its schemas make. */
export function endpoint<P extends Fields = NoFields, Q extends Fields = NoFields, B = undefined>(
  spec: EndpointSpec<P, Q, B>,
): Endpoint {
  return spec as unknown as Endpoint;
}

/** A reply that is a problem of RFC 9457. */
export function problem(description: string): ReplySpec {
  return { description };
}
