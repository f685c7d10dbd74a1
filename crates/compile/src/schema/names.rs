//! Names that the user chooses.

use claimsmith_core::http::OWN_HEADERS;
use claimsmith_core::names::{RESERVED_HOSTS, RESERVED_NAMES};
use claimsmith_core::token::OWN_FIELDS;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

/// The name of a token or a source, as expressions use it.
#[derive(JsonSchema)]
#[schemars(inline, title = "name", extend("pattern" = "^(?!(event|calls|now|settings|secrets|values)$)[A-Za-z][A-Za-z0-9_]*$"))]
pub struct Name(pub String);

/// The name of a header (RFC 9110 §5.1) that is the user's to fill.
#[derive(JsonSchema)]
#[schemars(inline, transform = header_name)]
pub struct HeaderName(pub String);

/// The name of a field of a form or of a query.
#[derive(JsonSchema)]
// A question mark at the end is written twice.
#[schemars(inline, extend("pattern" = r"^(([\s\S]*[^?])?(\?\?)*)$"))]
pub struct FieldName(pub String);

/// The name of a form field that has no key of its own.
#[derive(JsonSchema)]
#[schemars(inline, transform = parameter_name)]
pub struct ParameterName(pub String);

fn header_name(schema: &mut Schema) {
    let own: Vec<String> = OWN_HEADERS.iter().map(|name| in_any_case(name)).collect();
    let pattern = format!("^(?!({})$)[A-Za-z0-9!#$%&'*+.^_`|~-]+$", own.join("|"));
    schema.insert("pattern".to_owned(), pattern.into());
}

fn parameter_name(schema: &mut Schema) {
    schema.insert("pattern".to_owned(), format!("^(?!({})$)", OWN_FIELDS.join("|")).into());
}

/// Adds to the object of claims what Auth0 asks of their names. It depends on where a claim goes.
pub(crate) fn claim_names(schema: &mut Schema) {
    let goes_to_none_of = |targets: Value| json!({ "to": { "not": { "contains": { "enum": targets } } } });
    let off_tokens = json!({
        "type": "object",
        "required": ["to"],
        "properties": goes_to_none_of(json!(["access_token", "id_token"])),
    });
    let off_tokens = json!({ "anyOf": [off_tokens, { "type": "array", "items": off_tokens }] });
    let hosts: Vec<String> = RESERVED_HOSTS.iter().map(|host| in_any_case(host)).collect();
    let schemes = in_any_case("http");
    let reserved = [
        format!("^(scope|{})$", RESERVED_NAMES.replace(' ', "|")),
        format!("^{schemes}[sS]?://([^/?#:]*\\.)?({})([/?#:]|$)", hosts.join("|")),
        format!("^{}(:|$)", in_any_case("urn:auth0")),
    ];
    let mut patterns: Map<String, Value> =
        reserved.into_iter().map(|pattern| (pattern, off_tokens.clone())).collect();
    patterns.insert("^$".to_owned(), false.into());
    // How long a name will be is not known where settings are filled in.
    for (length, targets) in
        [(65, json!(["transaction_metadata"])), (256, json!(["session_metadata", "refresh_token_metadata"]))]
    {
        let short_only = json!({ "properties": goes_to_none_of(targets) });
        let short_only = json!({ "allOf": [short_only], "items": short_only });
        patterns.insert(format!("^[^{{]{{{length}}}"), short_only);
    }
    schema.insert("allOf".to_owned(), json!([{ "patternProperties": patterns }]));
}

/// Returns a pattern for a name whose case does not matter; JSON Schema has no other way to say it.
fn in_any_case(name: &str) -> String {
    let each = name.chars().map(|character| match character {
        'a'..='z' => format!("[{character}{}]", character.to_ascii_uppercase()),
        '.' => r"\.".to_owned(),
        other => other.to_string(),
    });
    each.collect()
}
