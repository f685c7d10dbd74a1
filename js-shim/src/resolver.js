// Host names into addresses, so that a name which hangs delays no other host.
//
// `dns.lookup` alone reads what the machine says of names (its hosts file, its search domains), but blocks one of
// the process's few threads until it ends, and takes no cancellation. So a name is looked up once at a time, whoever
// waits for it; and where that takes long, because the name hangs or others hold the threads, what was last known
// of the name serves, or what its servers say without a thread.

import { ADDRCONFIG, lookup, Resolver } from "node:dns";
import { after } from "./timer.js";

/** The time after which another way than the lookup is tried. */
const LATE_MS = 250;

/** @typedef {{ address: string, family: number }[]} Addresses */

/** Lookups under way, by name. @type {Map<string, Promise<Addresses>>} */
const pending = new Map();

/** The addresses of each name at its last lookup. The names are a configuration's, hence few. */
const known = new Map();

/**
 * The addresses of a host, in the order in which they are to be tried (RFC 8305 §4).
 * @param {string} host
 * @returns {Promise<Addresses>} rejected where the host has none
 */
export function resolve(host) {
  let addresses = pending.get(host);
  if (!addresses) {
    addresses = new Promise((fulfil, reject) => {
      const cancel = after(LATE_MS, () => {
        if (known.has(host)) fulfil(known.get(host));
        else ask(host, fulfil);
      });
      lookup(host, { all: true, hints: ADDRCONFIG }, (error, found) => {
        cancel();
        pending.delete(host);
        if (error) {
          // Only that a name does not exist is an answer about the name.
          if (error.code !== "ENOTFOUND" && known.has(host)) fulfil(known.get(host));
          else reject(error);
        } else {
          const ordered = interleave(found);
          known.set(host, ordered);
          fulfil(ordered);
        }
      });
    });
    pending.set(host, addresses);
  }
  return addresses;
}

/** Asks the name's servers. Where they know nothing the lookup is still under way. */
function ask(host, fulfil) {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  const settle = (family) => (_error, found) => {
    if (found?.length) fulfil(found.map((address) => ({ address, family })));
    else if (family === 4) resolver.resolve6(host, settle(6));
  };
  resolver.resolve4(host, settle(4));
}

/** Alternates between the two families, beginning with the one that the system prefers. */
function interleave(addresses) {
  const ranks = { 4: 0, 6: 0 };
  const ranked = addresses.map((entry) => ({ entry, rank: ranks[entry.family]++ }));
  return ranked.sort((left, right) => left.rank - right.rank).map(({ entry }) => entry);
}
