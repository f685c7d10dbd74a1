/** A problem of the configuration, or a failure of the engine. */
export declare class EnrichmentError extends Error {
  /** The stable name of the failure, such as `config_invalid`. */
  readonly code: ErrorCode;
  /** Where in the configuration, such as `sources.profile.url`. */
  readonly path?: string;
  /** Everything that is wrong, the first included. */
  readonly problems: Problem[];
}

export interface Problem {
  code: ErrorCode;
  /** Where in the configuration; empty for the whole. */
  path: string;
  message: string;
}

export type ErrorCode =
  | "config_invalid"
  | "expression_invalid"
  | "secret_missing"
  | "template_value_missing"
  | "email_unverified"
  | "token_refused"
  | "token_response_invalid"
  | "transport_failed"
  | "timeout"
  | "deadline_exceeded"
  | "redirect_refused"
  | "response_too_large"
  | "response_not_json"
  | "source_status"
  | "circuit_open"
  | "claim_type_mismatch"
  | "claim_missing"
  | "claim_reserved"
  | "unsafe_integer"
  | "internal";

export interface Options {
  /** Is told what each login did. */
  onReport?: (report: Report) => void;
  /**
   * Whether each login writes one line of at most 256 characters to the console; true where left out. A
   * function is handed the line instead: inside an Action, `console.log` is the one that Auth0 keeps.
   */
  log?: boolean | ((line: string) => void);
  /** Sends the requests, in place of node:https. */
  fetch?: typeof globalThis.fetch;
}

/** What one login did. Holds names, counts and times; no value, URL, token or secret. */
export interface Report {
  outcome: "enriched" | "partial" | "skipped" | "denied";
  /** Null after a trap. */
  duration_ms: number | null;
  correlation_id: string | null;
  tokens: Record<string, TokenReport>;
  sources: Record<string, SourceReport>;
  claims: {
    set: string[];
    left_out: { claim: string; reason: "null" | "when" | ErrorCode }[];
  };
  errors: Problem[];
  warnings: string[];
}

export interface TokenReport {
  /** Where the token came from: null where it could not be got. */
  from: "memory" | "cache" | "endpoint" | "shared" | null;
  duration_ms: number;
  error: ErrorCode | null;
}

export interface SourceReport {
  /** Where the answer came from: null where there is none. */
  from: "network" | "cache" | "revalidated" | "stale" | null;
  status: number | null;
  attempts: number;
  bytes: number;
  duration_ms: number;
  /** Whether its `when` did not hold. */
  skipped: boolean;
  error: ErrorCode | null;
}

/**
 * Makes the handler of a post-login Action.
 *
 * @throws {EnrichmentError} where the configuration is wrong
 */
export declare function createPostLogin(
  config: object,
  options?: Options,
): (event: object, api: object) => Promise<void>;

/** Everything that is wrong with a configuration. Throws nothing. */
export declare function checkConfig(config: unknown): { ok: boolean; problems: Problem[] };

/**
 * Evaluates one JMESPath expression.
 *
 * @throws {EnrichmentError} where the expression is wrong, or does not fit the data
 */
export declare function evaluate(expression: string, data: unknown): unknown;
