/**
 * Every default of the configuration, once, in the form in which a person would write it. The schema, the reference
 * page and the JSON Schema take them from here.
 */

export const SNIFF_TIMEOUT = '3s';
export const SNIFF_BYTES = '16KiB';

export const PROXY_PROTOCOL = 'off';
export const PROXY_TIMEOUT = '3s';
export const TRANSPARENT = 'off';

export const TLS_VERSION_MIN = 'TLSv1.2';
export const HANDSHAKE_TIMEOUT = '10s';
export const SESSION_TICKETS = true;
export const TLS_REQUIRED = false;
export const CERTIFICATE_DEFAULT = false;
export const TLS_VERIFY = true;
export const BACKEND_ALPN = 'pass';

export const SPLIT_WEIGHT = 1;
export const RULE_OFFSET = 0;
export const RULE_BYTES = '1KiB';

export const ON_LIMIT = 'reset';
export const WAITING = 1024;

export const IDLE = '1h';
export const WRITE_STALL = '5m';
export const HALF_CLOSED = '1m';
export const DRAIN = '30s';
export const LINGER = '5s';
export const QUEUE = '5s';
export const HANG = '2s';

export const BALANCE = 'round_robin';
export const HASH_ON = 'source';
export const TABLE_SIZE = 65_537;
export const WEIGHT = 1;
export const PRIORITY = 0;
export const BACKUP = false;

export const ON_FULL = 'reset';
export const QUEUE_MAX = 1000;
export const QUEUE_TIMEOUT = '10s';
export const STICKY_EXPIRY = '30m';
export const STICKY_MAX = 100_000;
export const QUEUE_PRIORITY = 0;

export const PRECONNECT_MIN_IDLE = 0;
export const PRECONNECT_MAX_IDLE = 8;
export const PRECONNECT_MAX_AGE = '30s';
export const PRECONNECT_SERVER_FIRST = false;

export const HEALTH_INTERVAL = '2s';
export const HEALTH_TIMEOUT = '1s';
export const HEALTH_RISE = 2;
export const HEALTH_FALL = 3;
export const HEALTH_PROBE = 'tcp';
export const HEALTH_JITTER = '0%';
export const PROBE_ON_EXPIRY = 'unhealthy';
export const PROBE_PATH = '/';
export const PROBE_METHOD = 'GET';
export const PROBE_STATUS = '200-399';
export const PROBE_USER = 'sluice';
export const PROBE_HELO = 'sluice';

export const PASSIVE_FAILURES = 5;
export const PASSIVE_COUNT = ['refused', 'unreachable', 'timeout', 'handshake', 'reset'] as const;
export const PASSIVE_FIRST_BYTE = '5s';
export const PASSIVE_EJECT = '10s';
export const PASSIVE_EJECT_MAX = '5m';
export const PASSIVE_MAX_EJECTED = '50%';
export const ON_DOWN = 'leave';

export const CONNECT_TIMEOUT = '5s';
export const CONNECT_RETRIES = 2;
export const ABORT_ON_FIN = false;
export const ATTEMPT_DELAY = '250ms';
export const ADDRESS_FAMILIES = 'both';

export const DNS_TIMEOUT = '2s';
export const DNS_ATTEMPTS = 2;
export const TTL_MIN = '1s';
export const TTL_MAX = '1h';
export const NEGATIVE_TTL = '10s';

export const RATE_LIMIT_PER = 'connection';
export const TEE_FORMAT = 'raw';
export const TEE_PER = 'connection';
export const TEE_DIRECTION = 'both';
export const FLIGHT_BYTES = '64KiB';
export const FLIGHT_KEEP = 100;

export const TOXICITY = 1;
export const MAX_AFFECTED = 1;
export const STAGE_DIRECTION = 'both';
export const JITTER_DISTRIBUTION = 'uniform';
export const SLOW_CLOSE_RESETS = false;
export const TIMEOUT_AFTER = 'never';
export const RESET_PEER_AFTER = 0;
export const STAGE_END = 'close';
export const STALL_PAUSE = '200ms';
export const STALL_PAUSE_MAX = '1m';
export const CORRUPT_FORCE = false;
export const DROP_PROBABILITY = 1;

export const MIRROR_DIRECTION = 'up';
export const MIRROR_BUFFER = '4MiB';
export const MIRROR_ON_FULL = 'drop_connection';
export const MIRROR_SAMPLE = '100%';
export const MIRROR_CONNECT = '5s';
export const MIRROR_WRITE_STALL = '30s';
export const MIRROR_LINGER = '5s';
export const MIRROR_DIFF = 'off';

export const CAPTURE_FOR = '30s';
export const CAPTURE_MAX_BYTES = '256MiB';

export const NO_DELAY = true;
export const KEEPALIVE = '60s';
export const RECEIVE_BUFFER = 'system';
export const SEND_BUFFER = 'system';
export const USER_TIMEOUT = 'system';
export const NOT_SENT_LOWAT = 'system';

export const WORKERS = 'auto';
export const PLANE = 'auto';
export const BUSY_POLL = false;
export const MACHINE_ENGINE = 'compiled';
export const RELOAD = 'signal';

export const TOXIPROXY_LISTEN = '127.0.0.1:8474';
export const TOXIPROXY_ALLOW_REMOTE = false;

export const TRACE_SAMPLE = 1;
export const TRACES_ALSO_FAILED = true;
export const TRACES_ALSO_OVER = 'never';
export const TRACES_ALSO_PER_SECOND = '100/s';
export const TRACES_HEARTBEAT = 'never';
export const ACCESS_LOG_FORMAT = 'json';
export const ACCESS_LOG_TO = 'stdout';
