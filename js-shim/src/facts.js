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

/** The headers of an answer that the engine reads. */
export const RESPONSE_HEADERS = ["etag", "retry-after"];
