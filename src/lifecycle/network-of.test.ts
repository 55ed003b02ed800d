import { expect, test } from 'vitest';
import { networkOf } from './network-of.ts';

test.each([
  ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
  ['an IPv4 address as IPv6 writes it', '::ffff:192.0.2.1', '192.0.2.1'],
  ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['another of the same network', '2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['one of the network beside it', '2001:db8:1:3::9', '2001:db8:1:3::/64'],
  ['one with zeros in its network', '2001:0DB8::1', '2001:db8:0:0::/64'],
  ['a link', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['this machine', '::1', '0:0:0:0::/64'],
])('%s counts for its network', (_what, address, network) => {
  expect(networkOf(address)).toBe(network);
});
