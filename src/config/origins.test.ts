import { describe, expect, test } from 'vitest';
import { originList } from './origins.ts';

const origins = originList();

describe('a list of origins', () => {
  test.each([
    ['https://chat.example.org', ['https://chat.example.org']],
    ['http://localhost:5173', ['http://localhost:5173']],
    ['http://[::1]:5173', ['http://[::1]:5173']],
    ['https://a.example, https://b.example', ['https://a.example', 'https://b.example']],
    ['capacitor://localhost', ['capacitor://localhost']],
    ['*', '*'],
  ])('reads %s', (text, expected) => {
    expect(origins.read(text)).toEqual(expected);
    expect(origins.read(origins.write(expected as '*'))).toEqual(expected);
  });

  test.each([
    ['HTTPS://Chat.Example.org', 'https://chat.example.org'],
    ['https://chat.example.org:443', 'https://chat.example.org'],
    ['http://chat.example.org:80', 'http://chat.example.org'],
    ['https://вече.рф', 'https://xn--b1aga5e.xn--p1ai'],
  ])('has %s as browsers send it', (text, expected) => {
    expect(origins.read(text)).toEqual([expected]);
  });

  test.each([
    '',
    'chat.example.org',
    'localhost:5173',
    'https://',
    'https://chat.example.org/',
    'https://chat.example.org/path',
    'https://chat.example.org?x',
    'https://chat.example.org#x',
    'https://ann@chat.example.org',
    'https://chat.example.org:65536',
    'https://chat.example.org:',
    'https://*.example.org',
    'https://a b',
    'https://a.example,',
    'https://a.example;https://b.example',
    'https://a.example https://b.example',
    '*,https://a.example',
    'null',
  ])('refuses %j', (text) => {
    expect(origins.read(text)).toBeUndefined();
  });

  test('says what is allowed', () => {
    expect(origins.allowed).toBe(
      'origins like https://chat.example.org or http://localhost:5173, separated by commas and without a path, or *',
    );
  });
});
