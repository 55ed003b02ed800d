/** Whether a connection to a storage failed for its encryption, which waiting does not mend, and why in words. */

const NO_AUTHORITY = 'none of the trusted authorities vouches for its certificate';
const NOT_ASKED_FOR = 'it does not speak TLS at this address';
/** What a server says of the certificate of its client, or of there being none; the words before vary with the version of TLS. */
const REFUSED_CLIENT = /^ERR_SSL_.*ALERT_(?:.*CERTIFICATE.*|UNKNOWN_CA|HANDSHAKE_FAILURE)$/;

/** By the codes of the platform. */
const MEANINGS: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: NO_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: NO_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NO_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: NO_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NO_AUTHORITY,
  CERT_SIGNATURE_FAILURE: NO_AUTHORITY,
  INVALID_CA: NO_AUTHORITY,
  INVALID_PURPOSE: 'its certificate is not one of a server',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is that of another host name',
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_ASKED_FOR,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_ASKED_FOR,
};

/** @returns what is wrong, such as "its certificate has expired"; undefined if it is not the encryption. */
export function tlsProblemOf(failure: unknown): string | undefined {
  for (let error = failure; error instanceof Error; error = error.cause) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (MEANINGS[code] !== undefined) return MEANINGS[code];
    if (REFUSED_CLIENT.test(code)) return 'it wants a certificate of this client, or another one';
    if (code.startsWith('ERR_SSL_')) return `its TLS is not ours (${code})`;
  }
  return undefined;
}
