/** Who is an operator: whoever shows the token that the settings of the server name. */

import { hash, timingSafeEqual } from 'node:crypto';

/** Tells whether a token is the operator's. */
export type IsOperator = (token: string) => boolean;

/** @param adminToken absent: nobody is an operator. */
export function operatorCheck(adminToken: string | undefined): IsOperator {
  if (adminToken === undefined) return () => false;
  const expected = digest(adminToken);
  // Of hashes, so that neither the time nor the length says how much of a token was right.
  return (token) => timingSafeEqual(digest(token), expected);
}

function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
