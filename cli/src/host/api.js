/**
 * The `api` that an Action is given: what an Action asks for is checked against Auth0's limits as it stands, recorded
 * as JSON would carry it, so that changing it later shows nothing, and nothing else happens.
 */

import { createCache } from "./cache.js";
import { utf8Bytes } from "./utf8.js";

const MAX_SCOPE_CHARACTERS = 280;
const MAX_SCOPES = 1000;
const MAX_VALIDATION_CHARACTERS = 100;
const MAX_METADATA_KEY_CHARACTERS = 64;
const MAX_METADATA_VALUE_BYTES = 8 * 1024;
const MAX_METADATA_TOTAL_BYTES = 16 * 1024;
const MAX_USER_METADATA_BYTES = 32 * 1024;
const MAX_SAML_ATTRIBUTES = 100;
const MAX_SAML_NAME_BYTES = 1024;
const MAX_SAML_VALUE_CHARACTERS = 2048;
const MAX_SAML_TOTAL_BYTES = 10 * 1024;
const MAX_SESSION_METADATA_KEYS = 25;
const MAX_SESSION_METADATA_CHARACTERS = 255;
const MFA_PROVIDERS = ["none", "guardian", "google-authenticator", "duo", "any"];
const ENROLLED_FACTORS = [
  "otp",
  "phone",
  "push",
  "push-notification",
  "webauthn-platform",
  "webauthn-roaming",
  "recovery-code",
];
const CHALLENGED_FACTORS = [...ENROLLED_FACTORS, "email"];
const MACHINE_DENIAL_CODES = ["invalid_scope", "invalid_request", "server_error"];

/**
 * @typedef {"post-login" | "credentials-exchange"} Trigger
 *
 * @typedef {object} RecordedCall
 * @property {string} method Such as `accessToken.setCustomClaim`.
 * @property {unknown[]} args As JSON would carry them.
 * @property {string} [error] The message with which the call was refused; it had no effect then.
 *
 * @typedef {object} Outcome What an Action asked for. It fills as the Action runs.
 * @property {RecordedCall[]} calls In order. Calls of `api.cache` are left out: they carry tokens.
 * @property {string[]} touched The namespaces of `api` that were read, each once, in order.
 * @property {Record<string, unknown>} accessTokenClaims As set; `undefined` where the value has no JSON.
 * @property {Record<string, unknown>} idTokenClaims As set; `undefined` where the value has no JSON.
 * @property {{ added: string[], removed: string[] }} scopes A scope is in one list only: the last call counts.
 * @property {null | { reason: string } | { code: string, reason: string | undefined }} denied The first denial.
 * @property {Record<string, unknown>} appMetadata
 * @property {Record<string, unknown>} userMetadata
 * @property {Record<string, unknown>} transactionMetadata
 * @property {Record<string, unknown>} sessionMetadata
 * @property {Record<string, unknown>} refreshTokenMetadata
 * @property {Record<string, unknown>} samlAttributes
 * @property {null | Mfa} mfa The last demand of a further factor.
 * @property {SessionChange[]} session In order.
 * @property {SessionChange[]} refreshToken In order.
 * @property {null | { code: string, message: string }} validationError
 */

/**
 * @typedef {object} Mfa One of `enable`, `challenge` and `enroll`.
 * @property {string} [enable] The provider.
 * @property {boolean} [allow_remember_browser]
 * @property {string[]} [challenge] The types of the factors.
 * @property {string[]} [enroll] Likewise.
 *
 * @typedef {object} SessionChange One of these; times in milliseconds since the epoch.
 * @property {number} [expires_at]
 * @property {number} [idle_expires_at]
 * @property {string} [revoke] The reason.
 */

/**
 * A fresh `api` for one execution, and what becomes of it.
 *
 * @param {Record<string, any>} event The event of the execution: `api.transaction.setMetadata` shows in it.
 * @param {object} [options]
 * @param {import("./cache.js").Cache | null} [options.cache] Null gives an `api` that has no cache.
 * @param {Trigger} [options.trigger]
 * @returns {{ api: Record<string, any>, outcome: Outcome }}
 */
export function createApi(event, { cache = createCache(), trigger = "post-login" } = {}) {
  const outcome = createOutcome();
  const methodsOf = Object.hasOwn(METHODS_OF_TRIGGER, trigger) && METHODS_OF_TRIGGER[trigger];
  if (!methodsOf) {
    throw new TypeError(
      `createApi: no trigger \`${trigger}\`, use one of ${Object.keys(METHODS_OF_TRIGGER).join(", ")}`,
    );
  }

  const api = {};
  for (const [name, methods] of Object.entries(methodsOf({ event, outcome, api }))) {
    addNamespace(api, outcome, name, recording(outcome, name, methods));
  }
  if (cache !== null) {
    addNamespace(api, outcome, "cache", { get: cache.get, set: cache.set, delete: cache.delete });
  }
  return { api, outcome };
}

/** @returns {Outcome} */
function createOutcome() {
  return {
    calls: [],
    touched: [],
    accessTokenClaims: {},
    idTokenClaims: {},
    scopes: { added: [], removed: [] },
    denied: null,
    appMetadata: {},
    userMetadata: {},
    transactionMetadata: {},
    sessionMetadata: {},
    refreshTokenMetadata: {},
    samlAttributes: {},
    mfa: null,
    session: [],
    refreshToken: [],
    validationError: null,
  };
}

function addNamespace(api, outcome, name, namespace) {
  Object.defineProperty(api, name, {
    configurable: true,
    enumerable: true,
    get() {
      if (!outcome.touched.includes(name)) outcome.touched.push(name);
      return namespace;
    },
  });
}

/** The methods with every call written down, the refused ones too. */
function recording(outcome, name, methods) {
  const recorded = Object.entries(methods).map(([methodName, method]) => [
    methodName,
    (...args) => {
      const call = { method: `${name}.${methodName}`, args: args.map(jsonCopy) };
      outcome.calls.push(call);
      try {
        return method(...args);
      } catch (error) {
        call.error = /** @type {Error} */ (error).message;
        throw error;
      }
    },
  ]);
  return Object.fromEntries(recorded);
}

const METHODS_OF_TRIGGER = {
  "post-login": postLoginMethods,
  "credentials-exchange": credentialsExchangeMethods,
};

function postLoginMethods({ event, outcome, api }) {
  const nothing = () => undefined;
  const chain = () => api;
  return {
    access: {
      deny(reason) {
        outcome.denied ??= { reason: jsonCopy(reason) };
        return api;
      },
    },
    accessToken: {
      setCustomClaim(name, value) {
        setClaim(outcome.accessTokenClaims, name, value);
        return api;
      },
      addScope(scope) {
        checkScope("accessToken.addScope", scope);
        if (!outcome.scopes.added.includes(scope) && outcome.scopes.added.length >= MAX_SCOPES) {
          throw new Error(`api.accessToken.addScope: no more than ${MAX_SCOPES} scopes may be added`);
        }
        move(scope, outcome.scopes.removed, outcome.scopes.added);
      },
      removeScope(scope) {
        checkScope("accessToken.removeScope", scope);
        move(scope, outcome.scopes.added, outcome.scopes.removed);
      },
    },
    idToken: {
      setCustomClaim(name, value) {
        setClaim(outcome.idTokenClaims, name, value);
        return api;
      },
    },
    user: {
      setAppMetadata(key, value) {
        setUserMetadata("setAppMetadata", event.user?.app_metadata, outcome.appMetadata, key, value);
        return api;
      },
      setUserMetadata(key, value) {
        setUserMetadata("setUserMetadata", event.user?.user_metadata, outcome.userMetadata, key, value);
        return api;
      },
    },
    transaction: {
      setMetadata(key, value) {
        setTransactionMetadata(event, outcome, key, value);
      },
    },
    samlResponse: {
      setAttribute(name, value) {
        setSamlAttribute(outcome, name, value);
      },
      ...allOf(
        "setAudience setRecipient setDestination setIssuer setRelayState setCreateUpnClaim " +
          "setPassthroughClaimsWithNoMapping setMapUnknownClaimsAsIs setMapIdentities setSignResponse " +
          "setIncludeAttributeNameFormat setTypedAttributes setSignatureAlgorithm setDigestAlgorithm " +
          "setEncryptionAlgorithm setLifetimeInSeconds setNameIdentifierFormat setNameIdentifierProbes " +
          "setAuthnContextClassRef setSigningCert setEncryptionCert setEncryptionPublicKey setCert setKey",
        nothing,
      ),
    },
    validation: {
      error(code, message) {
        checkValidationText("errorCode", code);
        checkValidationText("errorMessage", message);
        outcome.validationError ??= { code, message };
        return api;
      },
    },
    // Methods that an engine for claims does not use: present and recorded, without effect.
    authentication: {
      ...allOf("challengeWith enrollWith setPrimaryUser", nothing),
      challengeWithAny(factors) {
        outcome.mfa = { challenge: factorTypes("challengeWithAny", factors, CHALLENGED_FACTORS) };
      },
      enrollWithAny(factors) {
        outcome.mfa = { enroll: factorTypes("enrollWithAny", factors, ENROLLED_FACTORS) };
      },
      recordMethod: chain,
    },
    multifactor: {
      enable(provider, options) {
        outcome.mfa = enabledFactor(provider, options);
        return api;
      },
    },
    redirect: {
      encodeToken: () => "",
      sendUserTo: chain,
      canRedirect: () => true,
      validateToken: () => ({}),
    },
    rules: { wasExecuted: () => false },
    prompt: { render: nothing },
    // A refresh token may be issued by this very login, before the event shows it.
    refreshToken: {
      ...sessionMethods("refreshToken", { outcome, event, held: event.refresh_token }),
    },
    session: {
      ...sessionMethods("session", { outcome, event, held: event.session }),
      setCookieMode: nothing,
    },
    groups: {
      getUserGroups: async () => ({ groups: [] }),
      hasGroupMembership: async () => ({ memberships: {} }),
    },
    roles: allOf(
      "getUserEffectiveRoles getUserEffectiveRolesByIds getUserEffectiveRolesByNames",
      async () => ({
        roles: [],
      }),
    ),
  };
}

/** The methods that `api.session` and `api.refreshToken` have alike. */
function sessionMethods(name, { outcome, event, held }) {
  const where = `api.${name}`;
  const isThere = held !== undefined && held !== null;
  const metadata = name === "session" ? outcome.sessionMetadata : outcome.refreshTokenMetadata;
  const checkThere = (methodName) => {
    if (!isThere) throw new Error(`${where}.${methodName}: the login has none`);
  };
  const setExpiry = (methodName, key) => (timeMs) => {
    if (name === "session") checkThere(methodName);
    if (!Number.isFinite(timeMs) || timeMs <= 0) {
      throw new TypeError(
        `${where}.${methodName}: the time must be a number of milliseconds since the epoch`,
      );
    }
    outcome[name].push({ [key]: timeMs });
  };
  return {
    revoke(reason) {
      checkThere("revoke");
      if (typeof reason !== "string" || reason === "") {
        throw new TypeError(`${where}.revoke: the reason must be a string`);
      }
      outcome[name].push({ revoke: reason });
      // Auth0 rejects the transaction.
      outcome.denied ??= event.user === undefined ? null : { reason };
    },
    setExpiresAt: setExpiry("setExpiresAt", "expires_at"),
    setIdleExpiresAt: setExpiry("setIdleExpiresAt", "idle_expires_at"),
    setMetadata(key, value) {
      if (name === "session") checkThere("setMetadata");
      setSessionMetadata(`${where}.setMetadata`, held?.metadata, metadata, key, value);
    },
    deleteMetadata: () => undefined,
    evictMetadata: () => undefined,
  };
}

function setSessionMetadata(where, existing, metadata, key, value) {
  const isText = (text) => typeof text === "string" && text.length <= MAX_SESSION_METADATA_CHARACTERS;
  if (!isText(key) || key === "") {
    throw new Error(
      `${where}: the key must be a string of 1 to ${MAX_SESSION_METADATA_CHARACTERS} characters`,
    );
  }
  if (value !== null && !isText(value)) {
    throw new Error(
      `${where}: the value must be null, or a string of at most ${MAX_SESSION_METADATA_CHARACTERS} characters`,
    );
  }
  const whole = new Map([...Object.entries(existing ?? {}), ...Object.entries(metadata), [key, value]]);
  const keys = [...whole.values()].filter((held) => held !== null).length;
  if (keys > MAX_SESSION_METADATA_KEYS) {
    throw new Error(`${where}: there are more than ${MAX_SESSION_METADATA_KEYS} keys`);
  }
  define(metadata, key, value);
}

/** @returns {Mfa} */
function enabledFactor(provider, options) {
  const where = "api.multifactor.enable";
  if (!MFA_PROVIDERS.includes(provider)) {
    throw new Error(`${where}: the provider must be one of ${MFA_PROVIDERS.join(", ")}`);
  }
  if (options === undefined) return { enable: provider };
  const { allowRememberBrowser, providerOptions: _, ...others } = options;
  if (Object.keys(others).length > 0) {
    throw new Error(`${where}: there is no option ${Object.keys(others).join(", ")}`);
  }
  if (allowRememberBrowser === undefined) return { enable: provider };
  if (typeof allowRememberBrowser !== "boolean") {
    throw new TypeError(`${where}: allowRememberBrowser must be a boolean`);
  }
  return { enable: provider, allow_remember_browser: allowRememberBrowser };
}

/** @returns {string[]} */
function factorTypes(methodName, factors, known) {
  const where = `api.authentication.${methodName}`;
  if (!Array.isArray(factors) || factors.length === 0) {
    throw new TypeError(`${where}: the factors must be a list with one at least`);
  }
  return factors.map((factor) => {
    if (!known.includes(factor?.type)) {
      throw new Error(`${where}: the type of a factor must be one of ${known.join(", ")}`);
    }
    return factor.type;
  });
}

function credentialsExchangeMethods({ event, outcome, api }) {
  return {
    access: {
      deny(code, reason) {
        if (!MACHINE_DENIAL_CODES.includes(code)) {
          throw new Error(`api.access.deny: the code must be one of ${MACHINE_DENIAL_CODES.join(", ")}`);
        }
        outcome.denied ??= { code, reason: jsonCopy(reason) };
        return api;
      },
    },
    accessToken: {
      setCustomClaim(name, value) {
        setClaim(outcome.accessTokenClaims, name, value);
        return api;
      },
    },
    transaction: {
      addTargetScope(scope) {
        checkScope("transaction.addTargetScope", scope);
        move(scope, outcome.scopes.removed, outcome.scopes.added);
      },
      removeTargetScope(scope) {
        checkScope("transaction.removeTargetScope", scope);
        move(scope, outcome.scopes.added, outcome.scopes.removed);
      },
      setTargetScopes(scopes) {
        if (!Array.isArray(scopes)) {
          throw new TypeError("api.transaction.setTargetScopes: the scopes must be a list");
        }
        for (const scope of scopes) checkScope("transaction.setTargetScopes", scope);
        replaceScopes(outcome.scopes, event.transaction?.requested_scopes ?? [], scopes);
      },
      clearTargetScopes() {
        replaceScopes(outcome.scopes, event.transaction?.requested_scopes ?? [], []);
      },
    },
  };
}

/** From now on these scopes and no others. */
function replaceScopes(changes, requested, scopes) {
  changes.added = scopes.filter((scope) => !requested.includes(scope));
  changes.removed = requested.filter((scope) => !scopes.includes(scope));
}

function allOf(names, method) {
  return Object.fromEntries(names.split(" ").map((name) => [name, method]));
}

/** Every reserved name but `scope` is taken here, and left out of the token later (see claims.js). */
function setClaim(claims, name, value) {
  if (typeof name !== "string") throw new TypeError("setCustomClaim: the name of a claim must be a string");
  if (name === "scope") throw new Error('The "scope" claim cannot be set.');
  define(claims, name, value);
}

function checkScope(methodName, scope) {
  if (typeof scope !== "string" || scope === "" || scope.length > MAX_SCOPE_CHARACTERS || /\s/.test(scope)) {
    throw new Error(
      `api.${methodName}: a scope must be a string of 1 to ${MAX_SCOPE_CHARACTERS} characters without white space`,
    );
  }
}

function setUserMetadata(methodName, existing, metadata, key, value) {
  const where = `api.user.${methodName}`;
  if (typeof key !== "string") throw new TypeError(`${where}: the key must be a string`);
  if (
    existing !== undefined &&
    (typeof existing !== "object" || existing === null || Array.isArray(existing))
  ) {
    throw new Error(`${where}: the user's metadata is not an object, so no key of it can be set`);
  }
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`${where}: the value must be one that JSON can carry`);
  // The resulting metadata: each value once, the one that replaces another in its place.
  const whole = { ...existing };
  for (const [name, set] of [...Object.entries(metadata), [key, value]]) define(whole, name, set);
  const bytes = Object.entries(whole).reduce(
    (sum, [name, held]) => sum + utf8Bytes(name) + utf8Bytes(JSON.stringify(held) ?? ""),
    0,
  );
  if (bytes > MAX_USER_METADATA_BYTES) {
    throw new Error(`${where}: the user's metadata is over ${MAX_USER_METADATA_BYTES} bytes`);
  }
  define(metadata, key, value);
}

function setTransactionMetadata(event, outcome, key, value) {
  const where = "api.transaction.setMetadata";
  if (typeof key !== "string" || key === "" || key.length > MAX_METADATA_KEY_CHARACTERS) {
    throw new Error(`${where}: the key must be a string of 1 to ${MAX_METADATA_KEY_CHARACTERS} characters`);
  }
  if (value !== null && !isScalar(value)) {
    throw new Error(`${where}: the value must be a string, a number, a boolean or null`);
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Error(`${where}: the value is an integer that JavaScript cannot hold exactly`);
  }
  if (metadataBytes(value) > MAX_METADATA_VALUE_BYTES) {
    throw new Error(`${where}: the value is over ${MAX_METADATA_VALUE_BYTES} bytes`);
  }

  const metadata = new Map(Object.entries(event.transaction?.metadata ?? {}));
  if (value === null) metadata.delete(key);
  else metadata.set(key, value);
  let totalBytes = 0;
  for (const [name, held] of metadata) totalBytes += utf8Bytes(name) + metadataBytes(held);
  if (totalBytes > MAX_METADATA_TOTAL_BYTES) {
    throw new Error(`${where}: all metadata together is over ${MAX_METADATA_TOTAL_BYTES} bytes`);
  }

  define(outcome.transactionMetadata, key, value);
  // Auth0 shows it at once, to this Action and to the next.
  if (event.transaction) event.transaction.metadata = Object.fromEntries(metadata);
}

function metadataBytes(value) {
  return value === null ? 0 : utf8Bytes(String(value));
}

function setSamlAttribute(outcome, name, value) {
  const where = "api.samlResponse.setAttribute";
  if (typeof name !== "string") throw new TypeError(`${where}: the name must be a string`);
  if (name === "" || utf8Bytes(name) > MAX_SAML_NAME_BYTES) {
    throw new Error(`${where}: the name must have 1 to ${MAX_SAML_NAME_BYTES} bytes`);
  }
  const items = Array.isArray(value) ? value : [value];
  if (value !== null && !items.every(isScalar)) {
    throw new TypeError(
      `${where}: the value must be a string, a finite number, a boolean, an array of these, or null`,
    );
  }
  if (items.some((item) => String(item).length > MAX_SAML_VALUE_CHARACTERS)) {
    throw new Error(`${where}: a value is over ${MAX_SAML_VALUE_CHARACTERS} characters`);
  }

  const attributes = new Map(Object.entries(outcome.samlAttributes));
  attributes.set(name, value);
  const present = [...attributes].filter(([, held]) => held !== null);
  if (present.length > MAX_SAML_ATTRIBUTES) {
    throw new Error(`${where}: there are more than ${MAX_SAML_ATTRIBUTES} attributes`);
  }
  const bytes = present.reduce(
    (sum, [held, values]) => sum + utf8Bytes(held) + utf8Bytes([values].flat().join("")),
    0,
  );
  if (bytes > MAX_SAML_TOTAL_BYTES) {
    throw new Error(`${where}: all attributes together are over ${MAX_SAML_TOTAL_BYTES} bytes`);
  }
  define(outcome.samlAttributes, name, value);
}

function checkValidationText(what, text) {
  if (typeof text !== "string" || text.length > MAX_VALIDATION_CHARACTERS) {
    throw new Error(
      `api.validation.error: ${what} must be a string of at most ${MAX_VALIDATION_CHARACTERS} characters`,
    );
  }
}

function isScalar(value) {
  return ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

function move(item, from, to) {
  const index = from.indexOf(item);
  if (index >= 0) from.splice(index, 1);
  if (!to.includes(item)) to.push(item);
}

/** Records a copy. Assignment would change the prototype where the name is `__proto__`. */
function define(target, name, value) {
  Object.defineProperty(target, name, {
    value: jsonCopy(value),
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

/** Undefined where JSON has nothing for the value; a BigInt throws, as JSON does. */
function jsonCopy(value) {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}
