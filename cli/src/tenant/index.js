/**
 * A stand-in for an Auth0 tenant and the backend behind it, on loopback: a real OAuth server, a user API that
 * verifies the tokens it is sent, and logins that end in signed tokens.
 *
 * @module claimsmith-cli/tenant
 */

export { startBackend } from "./backend.js";
export { faults } from "./faults.js";
export { LoginError, login } from "./login.js";
export { startOAuthServer } from "./oauth-server.js";
export { startTenant } from "./tenant.js";
export { createTestCertificate } from "./tls.js";
export { cacheFaults, PLANTED_BODY, PLANTED_TOKEN, sourceFaults, tokenFaults } from "./wire-faults.js";
