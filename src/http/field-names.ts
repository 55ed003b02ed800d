/**
 * The names of fields: lowerCamelCase on the wire, snake_case further in, as in the refusals that both APIs share. The way
 * in and out again gives back every name, also one that nobody knows: an underscore of its own is doubled on the way in.
 */

/** `pageSize` → `page_size`. */
export function toContractName(name: string): string {
  return name.replaceAll('_', '__').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `page_size` → `pageSize`. */
export function toWireName(name: string): string {
  return name.replace(/_([a-z_])/g, (_, letter: string) => letter.toUpperCase());
}

/** A sentence in which names of fields read as on the wire. */
export function toWireWords(text: string): string {
  return text.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, toWireName);
}
