import { PRIORITIES, SHARDS_MAX } from '../core/plan.ts';
import { UPSTREAM_ROWS_MAX } from '../core/upstream-table.ts';

/** What a file may hold at most; beyond it the file is refused with a message that names the limit. */
export const FILE_BYTES_MAX = 1024 * 1024;
export const NESTING_LEVELS_MAX = 32;
/** Values in the file once every alias stands for what it names. */
export const VALUES_MAX = 100_000;
export const ALIASES_MAX = 256;
/** Mistakes told in one go; the rest is counted. */
export const MISTAKES_SHOWN_MAX = 100;

export const LISTENERS_MAX = 256;
export const ROUTES_PER_LISTENER_MAX = 1024;
/** Stages of a listener and of a route, each. */
export const STAGES_MAX = 16;
export const MATCH_VALUES_MAX = 1024;
export const NETWORKS_MAX = 4096;
/** Matches in one `any` or `all`. */
export const MATCHES_MAX = 64;
/** Characters of a user, a database or a client id. */
export const TEXT_CHARACTERS_MAX = 255;
export const SPLIT_POOLS_MAX = 64;
export const SPLIT_WEIGHT_MAX = 10_000;
/** Of `reject: { answer: … }`, in UTF-8: one segment holds it. */
export const ANSWER_BYTES_MAX = 1024;

export const CERTIFICATES_MAX = 256;
/** Of a certificate with its chain, of a key, of authorities. */
export const PEM_BYTES_MAX = 1024 * 1024;
export const CIPHERS_CHARACTERS_MAX = 1024;
/** A certificate that ends sooner is warned about. */
export const EXPIRY_WARNING_MS = 14 * 86_400_000;
export const FILE_PATH_CHARACTERS_MAX = 1024;

export const RULES_MAX = 64;
export const RULE_HEX_BYTES_MAX = 256;
export const RULE_REGEX_CHARACTERS_MAX = 512;
export const POOLS_MAX = 1024;
/** Of all pools together: one row each in the upstream table. */
export const BACKENDS_MAX = UPSTREAM_ROWS_MAX;

export const NAME_CHARACTERS_MAX = 64;
export const BACKEND_NAME_CHARACTERS_MAX = 128;
export const FILE_PATTERN_CHARACTERS_MAX = 1024;
export const ALPN_BYTES_MAX = 255;
export const VARIABLE_CHARACTERS_MAX = 128;
export const SERVER_NAME_CHARACTERS_MAX = 253;
export const URL_CHARACTERS_MAX = 2048;

export const DNS_SERVERS_MAX = 8;
export const DNS_ATTEMPTS_MAX = 5;
export const DNS_TIMEOUT_MS_MAX = 30_000;
export const TTL_MS_MIN = 100;
/** RFC 8305, section 5, has 10 ms and 2 s. */
export const ATTEMPT_DELAY_MS_MIN = 10;
export const ATTEMPT_DELAY_MS_MAX = 2000;
/** Services of one pool: each may be many backends. */
export const SERVICES_MAX = 16;

/** Timers of the system take less than 2^31 ms. */
export const DURATION_MS_MAX = 24 * 86_400_000;
export const PROBE_INTERVAL_MS_MIN = 10;
/** A shorter one would take a long pause of the garbage collector for a hang. */
export const HANG_MS_MIN = 250;
export const HANG_MS_MAX = 3_600_000;
/** TCP_KEEPIDLE counts whole seconds, 32,767 of them at most (tcp(7)). */
export const KEEPALIVE_MS_MIN = 1000;
export const KEEPALIVE_MS_MAX = 9 * 3_600_000;
/** Less would end connections over a few lost segments: the system sends one again after 200 ms, then 400, 800 … (RFC 6298). */
export const USER_TIMEOUT_MS_MIN = 1000;
/** Of a socket's buffers and what waits in them. The system keeps the double of a buffer, in an int. */
export const SOCKET_BYTES_MIN = 4096;
export const SOCKET_BYTES_MAX = 512 * 1024 * 1024;

/** The connection preface of HTTP/2 has 24 bytes, so that fewer would tell nothing of it (RFC 9113 section 3.4). */
export const SNIFF_BYTES_MIN = 24;
export const SNIFF_BYTES_MAX = 64 * 1024;
export const RATE_BYTES_PER_SECOND_MAX = 1024 * 1024 * 1024 * 1024;
export const BURST_BYTES_MIN_DEFAULT = 64 * 1024;
export const BURST_BYTES_MAX = 1024 * 1024 * 1024;
/** Of a piece that is cut; a chunk is seldom longer. */
export const SLICE_BYTES_MAX = 1024 * 1024;
/** Of a limit in bytes on what a connection may carry. */
export const STAGE_BYTES_MAX = 1024 ** 5;
export const SEED_MAX = 2 ** 32 - 1;

export const WORKERS_MAX = SHARDS_MAX;
export const CONNECTIONS_MAX = 10_000_000;
export const ACCEPTS_PER_SECOND_MAX = 1_000_000;
export const WAITING_MAX = 1_000_000;
/** Traces that rules add: as many as control can send beside its other work. */
export const TRACES_PER_SECOND_MAX = 10_000;
export const HEARTBEAT_MS_MIN = 1_000;
/** Connections that are begun to a backend in a second. */
export const CONNECTS_PER_SECOND_MAX = 1_000_000;
export const STICKY_CLIENTS_MAX = 500_000;
export const STICKY_EXPIRY_MS_MIN = 1000;
/** Connections made ahead to one backend by one worker. */
export const PRECONNECT_IDLE_MAX = 256;
/** A worker looks at their age ten times a second. */
export const PRECONNECT_AGE_MS_MIN = 1000;
export const RETRIES_MAX = 100;
export const WEIGHT_MAX = 256;
export const PRIORITY_MAX = PRIORITIES - 1;
/** Of a fair share; less than the whole of it would leave no backend with room. */
export const BOUNDED_LOAD_PERCENT_MIN = 100;
export const BOUNDED_LOAD_PERCENT_MAX = 1000;
/** Slots of a maglev table: a hundred for each backend make shares even to about one in a hundred. */
export const TABLE_SIZE_MIN = 4099;
export const TABLE_SIZE_MAX = 1_000_003;
export const PROBES_IN_A_ROW_MAX = 1000;
export const PORT_MAX = 65_535;
/** Of one text that a probe sends or expects. */
export const PROBE_TEXT_BYTES_MAX = 4096;
export const PROBE_STEPS_MAX = 32;
export const PROBE_REGEX_CHARACTERS_MAX = 512;
export const HTTP_PATH_CHARACTERS_MAX = 2048;
export const HTTP_VALUE_CHARACTERS_MAX = 1024;
export const HTTP_HEADERS_MAX = 32;
export const HTTP_STATUS_RANGES_MAX = 32;
export const FAILURES_IN_A_ROW_MAX = 1000;
/** Shorter than a few looks of control at what was counted, an ejection would be over before all have heard of it. */
export const EJECT_MS_MIN = 1000;
/** The end of an ejection is kept as a number of tenths of a second that half of 2^32 must hold. */
export const EJECT_MS_MAX = 7 * 24 * 60 * 60 * 1000;
export const REBALANCE_PER_SECOND_MAX = 1000;

/** Descriptors kept for listeners, probes, logs, exporters and the runtime, whatever is configured. */
export const RESERVED_DESCRIPTORS = 64;
/** The part of them that is for everything but listeners and probes. */
export const RUNTIME_DESCRIPTORS = 32;
/** The client's socket and the backend's. */
export const DESCRIPTORS_PER_CONNECTION = 2;
/**
 * What the event loop of a worker thread has open, on Linux: epoll, two pipes, an eventfd and libuv's spare descriptor with
 * Node 20, and an io_uring more from Node 22 on.
 */
export const DESCRIPTORS_PER_WORKER = 6;
/** What a worker on the linux plane has open besides: its epoll and its eventfd; and two for each of its pipes. */
export const LINUX_DESCRIPTORS_PER_WORKER = 2;
export const DESCRIPTORS_PER_PIPE = 2;
export const TEE_FILE_BYTES_MAX = 1024 ** 5;
export const TEE_FILES_MAX = 100_000;
/** The headers of a packet of IPv6 with the options of a SYN. */
export const SNAP_BYTES_MIN = 68;
export const FLIGHT_BYTES_MIN = 1024;
/** On both legs and with headers this is still less than a tee may have waiting for its file. */
export const FLIGHT_BYTES_MAX = 1024 * 1024;
/** Of what waits for one mirror: as much as one read at least, so that a mirror that is quick always has room. */
export const MIRROR_BUFFER_BYTES_MIN = 64 * 1024;
export const MIRROR_BUFFER_BYTES_MAX = 64 * 1024 * 1024;
/** A mirror holds memory and a backend's place for so long after its connection. */
export const MIRROR_LINGER_MS_MAX = 60_000;
/** A tee writes one file for each direction. */
export const DESCRIPTORS_PER_TEE = 2;
export const CONNECTIONS_DEFAULT_MAX = 50_000;
export const CONNECTIONS_DEFAULT_UNKNOWN = 10_000;
