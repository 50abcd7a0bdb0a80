/** The release of Toxiproxy whose API this is. Clients compare it to know what they may ask for. */
export const TOXIPROXY_VERSION = '2.12.0';
