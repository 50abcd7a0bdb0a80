/** CR LF CR LF NUL CR LF QUIT LF. proxy-protocol.txt, 2.2. */
export const V2_SIGNATURE = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10);
/** Version in the upper four bits, command in the lower. */
export const COMMAND_AT = V2_SIGNATURE.length;
/** Family in the upper four bits, transport in the lower. */
export const FORM_AT = COMMAND_AT + 1;
/** How many bytes follow the fixed ones. */
export const LENGTH_AT = FORM_AT + 1;
export const FIXED_BYTES = LENGTH_AT + 2;

export const VERSION = 2;
export const COMMANDS = ['local', 'proxy'] as const;
/** UNSPEC, SOCK_STREAM and SOCK_DGRAM. */
export const TRANSPORTS = ['unspecified', 'tcp', 'udp'] as const;
