import { NO_PROXY_TLVS, type ProxyHeader } from '../core/proxy-header.ts';
import { ADDRESSES_BYTES, readAddresses } from './addresses.ts';
import { uint16 } from './bytes.ts';
import {
  COMMAND_AT,
  COMMANDS,
  FIXED_BYTES,
  FORM_AT,
  LENGTH_AT,
  TRANSPORTS,
  V2_SIGNATURE,
  VERSION,
} from './layout-v2.ts';
import { PROXY_V2_BYTES_MAX } from './limits.ts';
import { readTlvs } from './read-tlvs.ts';
import { hex, invalid, NONE, needMore, type ProxyRead } from './reading.ts';

/** Reads a header of version 2, whose first byte is right. proxy-protocol.txt, 2.2. */
export function readV2(bytes: Uint8Array): ProxyRead {
  for (let i = 1; i < Math.min(bytes.length, COMMAND_AT); i++) if (bytes[i] !== V2_SIGNATURE[i]) return NONE;
  if (bytes.length <= COMMAND_AT) return needMore(bytes.length + 1);
  const wrong = wrongCommand(bytes[COMMAND_AT] as number);
  if (wrong !== null) return invalid(wrong);
  const local = COMMANDS[(bytes[COMMAND_AT] as number) & 0x0f] === 'local';
  if (bytes.length <= FORM_AT) return needMore(FORM_AT + 1);
  const form = bytes[FORM_AT] as number;
  if (!local && !isForm(form))
    return invalid(
      `version 2: byte ${FORM_AT + 1} is ${hex(form)}, where a family from 0 to 3 and a transport from 0 to 2 belong, such as 0x11 for TCP over IPv4`,
    );
  if (bytes.length < FIXED_BYTES) return needMore(FIXED_BYTES);
  const wrongLength = local ? tooLong(bytes) : (tooLong(bytes) ?? tooShort(bytes, form));
  if (wrongLength !== null) return invalid(wrongLength);
  const length = FIXED_BYTES + uint16(bytes, LENGTH_AT);
  if (bytes.length < length) return needMore(length);
  return readWhole(bytes.subarray(0, length), local, form);
}

function wrongCommand(byte: number): string | null {
  if (byte >> 4 !== VERSION)
    return `version 2: byte ${COMMAND_AT + 1} is ${hex(byte)} after the signature, where version 2 belongs: 0x20 or 0x21`;
  if ((byte & 0x0f) < COMMANDS.length) return null;
  return `version 2: byte ${COMMAND_AT + 1} is ${hex(byte)}, where the command is 0x20 for LOCAL or 0x21 for PROXY`;
}

function isForm(form: number): boolean {
  return form >> 4 < ADDRESSES_BYTES.length && (form & 0x0f) < TRANSPORTS.length;
}

function tooLong(bytes: Uint8Array): string | null {
  const length = FIXED_BYTES + uint16(bytes, LENGTH_AT);
  if (length <= PROXY_V2_BYTES_MAX) return null;
  return `version 2: the header claims ${length} bytes, where at most ${PROXY_V2_BYTES_MAX} are taken`;
}

function tooShort(bytes: Uint8Array, form: number): string | null {
  const [block, needed] = [uint16(bytes, LENGTH_AT), addressesBytes(form)];
  if (block >= needed) return null;
  return `version 2: ${block} bytes follow the first ${FIXED_BYTES}, where addresses of the form ${hex(form)} alone take ${needed}`;
}

/** 0 where no addresses are read: UNSPEC as family or as transport. */
function addressesBytes(form: number): number {
  return (form & 0x0f) === 0 ? 0 : (ADDRESSES_BYTES[form >> 4] ?? 0);
}

/** `header` is all there and no longer. */
function readWhole(header: Uint8Array, local: boolean, form: number): ProxyRead {
  const size = addressesBytes(form);
  if (local || size === 0) return readWithoutAddresses(header, local, form);
  const read = readTlvs(header, FIXED_BYTES + size);
  if (read.kind !== 'tlvs') return invalid(read.why);
  return {
    kind: 'header',
    header: {
      version: 2,
      command: 'proxy',
      transport: TRANSPORTS[form & 0x0f] ?? 'unspecified',
      ...readAddresses(header, FIXED_BYTES, form >> 4),
      tlvs: read.tlvs,
    },
    length: header.length,
  };
}

/**
 * A receiver has to take these whatever stands in the block, which may be addresses of a kind that nobody knows. TLVs
 * count where the block has the form of them, behind the addresses of the family that it names.
 */
function readWithoutAddresses(header: Uint8Array, local: boolean, form: number): ProxyRead {
  const skipped = FIXED_BYTES + (ADDRESSES_BYTES[form >> 4] ?? Number.POSITIVE_INFINITY);
  const read = skipped < header.length ? readTlvs(header, skipped) : null;
  if (read?.kind === 'wrong') return invalid(read.why);
  const found: ProxyHeader = {
    version: 2,
    command: local ? 'local' : 'proxy',
    transport: 'unspecified',
    source: null,
    destination: null,
    tlvs: read?.kind === 'tlvs' ? read.tlvs : NO_PROXY_TLVS,
  };
  return { kind: 'header', header: found, length: header.length };
}
