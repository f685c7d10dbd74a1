//! The kinds of text that a configuration holds.

use schemars::JsonSchema;

/// A JMESPath expression over `event` and the sources.
#[derive(JsonSchema)]
#[schemars(inline, title = "expression")]
pub struct Expression(pub String);

/// Text with `{expression}` in it, over `event` and `secrets`.
#[derive(JsonSchema)]
#[schemars(inline, title = "template")]
pub struct Template(pub String);

/// A template of an absolute URL.
#[derive(JsonSchema)]
// Where nothing gives the host at a login, the scheme is there to be seen.
#[schemars(inline, title = "URL", extend("pattern" = r"^(https?://.|([^:/?]*://)?[^/?]*\{)"))]
pub struct Url(pub String);

/// A scope that Auth0 takes.
#[derive(JsonSchema)]
#[schemars(inline, title = "scope", extend("pattern" = "^[!-~]{1,280}$"))]
pub struct Scope(pub String);

/// How long one request may take.
#[derive(JsonSchema)]
#[schemars(inline, extend("minimum" = 1, "maximum" = 15_000, "default" = 2_000))]
pub struct TimeoutMs(pub u32);
