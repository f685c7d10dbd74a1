// Generated from Rust by ./build.sh shared.

/** The triggers: the name, the function that the Action exports, and the function that makes it. */
export const TRIGGERS = /** @type {const} */ ([
  { name: "post-login", handler: "onExecutePostLogin", create: "createPostLogin" },
  {
    name: "credentials-exchange",
    handler: "onExecuteCredentialsExchange",
    create: "createCredentialsExchange",
  },
]);

/** The triggers by the function that makes a handler: what a pasted file needs of them, and no more. */
export const CREATORS = { createPostLogin: "post-login", createCredentialsExchange: "credentials-exchange" };

/** The headers of an answer that the engine reads. */
export const RESPONSE_HEADERS = ["etag", "retry-after"];

/** The parts of the engine that some plans do without; beside them each of these functions of expressions is one. */
export const PARTS = [
  "sources",
  "cache",
  "fields",
  "members",
  "basic",
  "text_answers",
  "graphql",
  "tls",
  "tokens",
  "assertions",
  "jwts",
  "codes",
  "signatures",
  "settings",
  "values",
  "now",
  "open_names",
  "spread",
  "deny",
  "mfa",
  "sessions",
  "scopes",
  "written",
  "report",
];

/** The kinds of warnings, each with what it says. */
export const WARNINGS = [
  {
    code: "event_member_unknown",
    about: "An expression reads a member that no event has, so it is always null.",
  },
  { code: "dollar_brace", about: "A template has `${…}`: the dollar stays in the text." },
  {
    code: "braces_are_text",
    about:
      "Braces stand where nothing is filled in: in a default, in the name of a scope, in a text of an expression.",
  },
  { code: "secret_as_text", about: "The name of a secret stands where its value belongs." },
  {
    code: "secret_in_file",
    about: "A value stands where a secret belongs, so that everybody who reads the file has it.",
  },
  { code: "event_secrets", about: "An expression reads `event.secrets`, which no expression sees." },
  { code: "secret_misspelt", about: "A secret's name is nearly another's." },
  { code: "quoted_name", about: "A name in double quotes stands where a text was likely meant." },
  {
    code: "order_of_texts",
    about: "`<`, `<=`, `>` or `>=` compares what is no number, so the comparison is always null.",
  },
  { code: "arithmetic_of_texts", about: "Arithmetic with what is no number, which is always an error." },
  {
    code: "dash_in_name",
    about: "A name with a dash stands without double quotes, so that it is a difference.",
  },
  {
    code: "different_types",
    about: "`==` or `!=` compares values of different types, which are never equal.",
  },
  { code: "condition_is_constant", about: "A condition comes out the same whatever the login is." },
  {
    code: "length_member",
    about: "`.length` reads a member of that name; the number of items is `length(…)`.",
  },
  {
    code: "bare_root_in_filter",
    about: "A name of the document stands bare in a filter, where it is a member of the item.",
  },
  {
    code: "filter_in_projection",
    about: "A filter behind a function in a projection filters what the function gives for each item.",
  },
  {
    code: "claim_without_namespace",
    about:
      "One claim of the access token has no namespace, and the others have: an API may give the name another meaning.",
  },
  { code: "fallback_unused", about: "A fallback by `||` does not serve where the source fails." },
  { code: "scope_as_expression", about: "A scope's name looks like an expression." },
  { code: "rule_fails_by_user", about: "The user's own data can leave a rule undecided." },
  {
    code: "required_when_undecided",
    about:
      "A claim that is required has a `when` that a failing source leaves undecided, which denies the login.",
  },
  {
    code: "template_without_when",
    about: "A template reads another source, which may answer null, and the source has no `when`.",
  },
  { code: "failure_spreads", about: "A failing source denies the login by way of another one." },
  {
    code: "cached_by_time",
    about: "A cached source reads `now` or `calls`, so that no answer serves twice.",
  },
  { code: "retries_repeat", about: "A request that may have an effect is sent again." },
];

/** The functions of expressions, in the order of their table. */
export const FUNCTIONS = [
  "abs",
  "avg",
  "base64",
  "base64_decode",
  "base64url",
  "ceil",
  "contains",
  "ends_with",
  "find_first",
  "floor",
  "format_time",
  "from_items",
  "from_json",
  "get",
  "group_by",
  "in_cidr",
  "items",
  "join",
  "keys",
  "length",
  "lower",
  "map",
  "max",
  "max_by",
  "merge",
  "min",
  "min_by",
  "not_null",
  "replace",
  "reverse",
  "sha256",
  "sort",
  "sort_by",
  "split",
  "starts_with",
  "substring",
  "sum",
  "timestamp",
  "to_array",
  "to_number",
  "to_string",
  "trim",
  "type",
  "unique",
  "upper",
  "url_decode",
  "url_encode",
  "values",
  "zip",
];
