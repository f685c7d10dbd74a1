// The report of a login in which the engine trapped: nobody else is there to write it.

const UNCHANGED = { expires_at: null, idle_expires_at: null, revoked: false };

/**
 * @param {"denied" | "skipped"} outcome
 * @param {{ code: string, path: string, message: string }[]} errors
 */
export const reportOfTrap = (outcome, errors) => ({
  outcome,
  duration_ms: null,
  correlation_id: null,
  tokens: {},
  sources: {},
  claims: { set: [], left_out: [], defaulted: [] },
  scopes: { added: [], removed: [] },
  mfa: null,
  session: { ...UNCHANGED },
  refresh_token: { ...UNCHANGED },
  denied: outcome === "denied",
  errors,
  warnings: [],
  fingerprint: null,
});
