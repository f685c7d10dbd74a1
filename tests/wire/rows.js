// What can go wrong on the wire, each row with what a login must make of it.

import { faults } from "claimsmith-cli/tenant";
import { PLAN } from "../support/world.js";

/** `expect`: what the line in the log says, calls at both servers, and whether the claim is set. */
const skipped = (error, token, backend) => ({ outcome: "skipped", error, token, backend, isSet: false });
const enriched = (token, backend, isSet = true) => ({
  outcome: "enriched",
  error: null,
  token,
  backend,
  isSet,
});

/**
 * By the part that fails, and what it does. A row that does not say how it comes about is the fault of that name;
 * `met` counts how often that was met, where run.js does not see it by itself.
 * @type {Record<string, Record<string, any>>}
 */
export const ROWS = {
  backend: {
    "refuses connections": {
      refuses: "API_DOMAIN",
      expect: skipped("transport_failed", 1, 0),
    },
    "resets before the headers": { expect: skipped("transport_failed", 1, 3) },
    "resets within the headers": { expect: skipped("transport_failed", 1, 3) },
    "resets within the body": { expect: skipped("transport_failed", 1, 3) },
    "is silent": { expect: skipped("timeout", 1, 3) },
    "sends one byte a second": { expect: skipped("timeout", 1, 3) },
    "has a certificate nobody vouches for": { tls: "untrusted", expect: skipped("transport_failed", 1, 0) },
    "has another host's certificate": { tls: "otherHost", expect: skipped("transport_failed", 1, 0) },
    "has an expired certificate": { tls: "expired", expect: skipped("transport_failed", 1, 0) },
    "redirects to another host": {
      prepare: ({ backend, oauthServer }) => backend.setFault(faults.redirect(`${oauthServer.url}/x`)),
      expect: skipped("redirect_refused", 1, 1),
    },
    "redirects to plain http, 301": { expect: skipped("redirect_refused", 1, 1) },
    "answers 401 once": { expect: enriched(2, 2) },
    "answers 401 once, without a body, but with a coding": { expect: enriched(2, 2) },
    "answers 401 always": { expect: skipped("source_status", 2, 2) },
    "answers 403": { expect: skipped("source_status", 1, 1) },
    "answers 404": { expect: enriched(1, 1, false) },
    "answers 404 without a body, but with a coding": { expect: enriched(1, 1, false) },
    "answers 404 with a body that never ends": { expect: enriched(1, 1, false) },
    "answers 429, wait a second": { expect: enriched(1, 2) },
    "answers 429, wait a second, with a body that breaks": { expect: enriched(1, 2) },
    "answers 429, wait until a date": { expect: enriched(1, 2) },
    "answers 429, wait an hour": { expect: skipped("source_status", 1, 1) },
    "answers 500": { expect: skipped("source_status", 1, 1) },
    "answers 502 twice, then well": { expect: enriched(1, 3) },
    "answers 503 always": { expect: skipped("source_status", 1, 3) },
    "answers 204": { expect: enriched(1, 1, false) },
    "answers 101": { expect: skipped("transport_failed", 1, 3) },
    "sends an empty body": { expect: skipped("response_not_json", 1, 1) },
    "sends HTML": { expect: skipped("response_not_json", 1, 1) },
    "sends JSON that is cut off": { expect: skipped("response_not_json", 1, 1) },
    "sends JSON of the wrong shape": { expect: enriched(1, 1, false) },
    "sends a value of the wrong type": { expect: skipped("claim_type_mismatch", 1, 1) },
    "sends an integer that JavaScript would round": {
      config: ({ claims }) => {
        claims[PLAN].type = "integer";
      },
      expect: skipped("unsafe_integer", 1, 1),
    },
    "sends 10 MB": { expect: skipped("response_too_large", 1, 1) },
    "announces 10 MB": { expect: skipped("response_too_large", 1, 1) },
    "sends 10 MB of zeros, packed": { expect: skipped("response_too_large", 1, 1) },
    "sends gzip under its old name": { expect: enriched(1, 1) },
    "sends deflate without its header": { expect: enriched(1, 1) },
    "sends gzip within gzip": { expect: enriched(1, 1) },
    "sends what is no gzip as gzip": { expect: skipped("transport_failed", 1, 3) },
    "nests 10,000 deep": { expect: skipped("response_not_json", 1, 1) },
    "sends bytes that are no UTF-8": { expect: skipped("response_not_json", 1, 1) },
    "announces more than it sends": { expect: skipped("transport_failed", 1, 3) },
    "announces less than it sends": { expect: skipped("response_not_json", 1, 1) },
    "sends a second answer right behind the first": { logins: 3, expect: enriched(1, 3) },
    "sends 1 MB of headers": { expect: skipped("transport_failed", 1, 3) },
    "sends no HTTP": { expect: skipped("transport_failed", 1, 3) },
  },
  "token endpoint": {
    "refuses connections": {
      refuses: "AUTH0_DOMAIN",
      expect: skipped("transport_failed", 0, 0),
    },
    // Sent once: the token may have been issued, and billed.
    "resets before the headers": { expect: skipped("transport_failed", 1, 0) },
    "is silent": { expect: skipped("timeout", 1, 0) },
    redirects: {
      prepare: ({ backend, oauthServer }) => oauthServer.setFault(faults.redirect(backend.url)),
      expect: skipped("redirect_refused", 1, 0),
    },
    "answers 429, wait an hour": { expect: skipped("token_refused", 1, 0) },
    "answers 503 once, then well": { expect: enriched(2, 1) },
    "answers 503 always": { expect: skipped("token_refused", 3, 0) },
    "answers an error of RFC 6749 §5.2": { expect: skipped("token_refused", 1, 0) },
    "refuses the client": {
      event: { secrets: { CLIENT_SECRET: "wrong-secret-7f3a" } },
      met: ({ oauthServer }) => oauthServer.tokenCalls.filter(({ status }) => status === 401).length,
      expect: skipped("token_refused", 1, 0),
    },
    "sends HTML": { expect: skipped("token_response_invalid", 1, 0) },
    "sends a token of another type": { expect: skipped("token_response_invalid", 1, 0) },
    "sends 10 MB": { expect: skipped("response_too_large", 1, 0) },
    "sends no expires_in": {
      accepts: true,
      logins: 2,
      expect: enriched(2, 2),
    },
    "sends a negative expires_in": {
      accepts: true,
      logins: 2,
      expect: enriched(2, 2),
    },
    "sends an expires_in of ten thousand years": {
      accepts: true,
      logins: 2,
      expect: enriched(1, 2),
    },
    "sends a token of 6 kB, which api.cache refuses": {
      accepts: true,
      logins: 2,
      expect: enriched(1, 2),
    },
  },
  "api.cache": {
    "is missing": { logins: 2, expect: enriched(1, 2) },
    throws: { logins: 2, expect: enriched(1, 2) },
    "answers with errors": { logins: 2, expect: enriched(1, 2) },
    "loses every entry": {
      logins: 2,
      isFresh: true,
      expect: enriched(2, 2),
    },
    "holds garbage": { expect: enriched(1, 1) },
    "holds what is no text": { expect: enriched(1, 1) },
  },
  clock: {
    "jumps two days ahead": { logins: 2, jumpMs: 2 * 86_400_000, expect: enriched(2, 2) },
    "is set back two days": { logins: 2, jumpMs: -2 * 86_400_000, expect: enriched(1, 2) },
  },
};
