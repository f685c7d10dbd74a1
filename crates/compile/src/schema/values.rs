//! The kinds of text that a configuration holds.

use claimsmith_core::plan::TIMEOUT_MS;
use schemars::JsonSchema;

/// A JMESPath expression over `event`, `settings`, `now`, `values`, `calls` and the sources.
#[derive(JsonSchema)]
#[schemars(inline, title = "expression")]
pub struct Expression(pub String);

/// Text with `{expression}` in it, over the same and `secrets`.
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

/// The timeout of one request.
#[derive(JsonSchema)]
#[schemars(inline, extend("minimum" = TIMEOUT_MS.least, "maximum" = TIMEOUT_MS.most, "default" = TIMEOUT_MS.default))]
pub struct TimeoutMs(pub u32);
