/**
 * The functions of expressions: what each takes, and what it gives.
 */

/** @type {Readonly<Record<string, { takes: string, gives: string }>>} */
export const FUNCTIONS = Object.freeze({
  abs: { takes: "number", gives: "the number without its sign" },
  avg: { takes: "numbers", gives: "the mean; null of an empty list" },
  base64: { takes: "text", gives: "the text in base64, padded" },
  base64_decode: {
    takes: "text",
    gives: "the text that base64 or base64url stands for; null where it is none",
  },
  base64url: { takes: "text", gives: "the text in base64url, not padded" },
  ceil: { takes: "number", gives: "the whole number above" },
  contains: { takes: "list or text, item", gives: "true where the item or the part of the text is in it" },
  ends_with: { takes: "text, end", gives: "true where the text ends so" },
  find_first: {
    takes: "text, part, from?, to?",
    gives: "the place of the part, from 0; null where it is not found",
  },
  floor: { takes: "number", gives: "the whole number below" },
  format_time: { takes: "seconds", gives: "the time as RFC 3339 in UTC" },
  from_items: { takes: "pairs", gives: "an object of pairs of a name and a value" },
  from_json: { takes: "text", gives: "what the JSON in a text says; null where it is none" },
  get: {
    takes: "object, name",
    gives: "the member of that name, where the name is a value: a choice by table",
  },
  group_by: { takes: "list, &expression", gives: "an object of lists: the items by a text that each has" },
  in_cidr: { takes: "address, range", gives: "true where an IP address is in a range such as 10.0.0.0/8" },
  items: { takes: "object", gives: "pairs of name and value" },
  join: { takes: "separator, texts", gives: "one text of several" },
  keys: { takes: "object", gives: "the names of its members, sorted" },
  length: { takes: "list, object or text", gives: "how many items, members or characters it has" },
  lower: { takes: "text", gives: "the text in lower case" },
  map: { takes: "&expression, list", gives: "what the expression gives for each item, nulls too" },
  max: { takes: "numbers or texts", gives: "the largest; null of an empty list" },
  max_by: { takes: "list, &expression", gives: "the item for which the expression gives the largest" },
  merge: { takes: "objects …", gives: "one object of all; of two members with one name the later counts" },
  min: { takes: "numbers or texts", gives: "the smallest; null of an empty list" },
  min_by: { takes: "list, &expression", gives: "the item for which the expression gives the smallest" },
  not_null: {
    takes: "values …",
    gives: "the first that is not null and has not failed: the way to write a fallback",
  },
  replace: { takes: "text, part, by, count?", gives: "the text with each part replaced" },
  reverse: { takes: "list or text", gives: "the same, from its end" },
  sha256: { takes: "text, encoding?", gives: "the digest in hex, or in 'base64' or 'base64url'" },
  sort: { takes: "numbers or texts", gives: "the list in order" },
  sort_by: { takes: "list, &expression", gives: "the list in the order of what the expression gives" },
  split: { takes: "text, separator, count?", gives: "the parts between the separators" },
  starts_with: { takes: "text, start", gives: "true where the text starts so" },
  substring: {
    takes: "text, from, length?",
    gives: "the characters from a place on; below zero counts from the end",
  },
  sum: { takes: "numbers", gives: "the sum; 0 of an empty list" },
  timestamp: {
    takes: "text",
    gives: "the seconds since 1970 of a time as RFC 3339 or of HTTP; null where it is none",
  },
  to_array: { takes: "value", gives: "a list of the value, or the list that it is" },
  to_number: { takes: "value", gives: "the number that a text says; null where it says none" },
  to_string: { takes: "value", gives: "the text that it is, or its JSON" },
  trim: { takes: "text, characters?", gives: "the text without white space at its ends" },
  type: { takes: "value", gives: "'string', 'number', 'boolean', 'array', 'object' or 'null'" },
  unique: { takes: "list", gives: "the list with the first of equal items alone" },
  upper: { takes: "text", gives: "the text in upper case" },
  url_decode: { takes: "text", gives: "the text with %XX decoded; null where it cannot be" },
  url_encode: { takes: "text", gives: "the text with all but letters, digits and -._~ as %XX" },
  values: { takes: "object", gives: "the values of its members" },
  zip: { takes: "lists …", gives: "lists of the first items, of the second items, and so on" },
});

/** @param {string} name */
export function describeFunction(name) {
  if (!Object.hasOwn(FUNCTIONS, name)) return undefined;
  const { takes, gives } = FUNCTIONS[name];
  return `${name}(${takes})\n${gives[0].toUpperCase()}${gives.slice(1)}.`;
}
