/** What operators show to the servers of tests that have any. */

export const ADMIN_TOKEN = 'a-token-of-operators-in-tests';
