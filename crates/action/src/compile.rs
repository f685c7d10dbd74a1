//! Configurations and expressions, as JavaScript has them compiled. The pasted file goes without.

use std::collections::BTreeMap;

#[cfg(feature = "tools")]
use claimsmith_compile::Warning;
use claimsmith_compile::{
    Compiled, SecretKind, compile as compile_config, hosts, in_expression, not_compiled, parse_template,
    parts, secret_uses, tls_places,
};
use claimsmith_core::error::Part;
use claimsmith_core::expression::text::concat;
use claimsmith_core::expression::{Expression, ExpressionError, Value};
use claimsmith_core::plan::Setting;
use claimsmith_core::template;
use claimsmith_core::{Code, Error};
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::convert::{self, from_js};
use crate::problems::read_trigger;

/// The result of compiling a configuration.
#[derive(Default, Serialize)]
struct Outcome {
    /// Empty where it is right.
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    secrets: Vec<Secret>,
    hosts: Vec<String>,
    /// The places of `tls`, which a `fetch` cannot take.
    tls: Vec<String>,
    fingerprint: Option<String>,
    /// The parts of the engine that the plan needs.
    parts: Vec<String>,
}

#[derive(Serialize)]
struct Problem {
    code: &'static str,
    path: String,
    message: String,
    /// Of a warning, what to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
    /// True where the key is wrong, and not its value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    key: bool,
    /// The characters from the start of the text at that place.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<usize>,
}

#[derive(Serialize)]
struct Secret {
    name: String,
    /// `text`, `host`, `local_host`, `origin`, `signing_key`, `private_key`, `certificate`, `certificate_key` or
    /// `certificate_authority`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'static str>,
}

/// A piece of a template.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Piece {
    Literal(String),
    Expression(String),
    Secret(String),
}

/// Compiles a configuration for the trigger of this name: what comes of it, and the plan as bytes, which is undefined
/// where the configuration is wrong. Warnings are looked for where they are wanted, and this engine has them.
///
/// # Errors
/// An array of one `{ code, path, message }` where there is no such trigger.
#[wasm_bindgen]
pub fn compile(config: &JsValue, trigger: &str, wants_warnings: bool) -> Result<Array, JsValue> {
    // Whatever comes to be compiled holds numbers.
    convert::lend_platform();
    let trigger = read_trigger(trigger)?;
    let Some(config) = from_js(config) else {
        let problem = Error::new(Code::ConfigInvalid, "the configuration is not plain JSON");
        return Ok(refused(&[problem]));
    };
    Ok(match compile_config(&config, trigger) {
        Ok(compiled) => {
            let warnings = if wants_warnings { warnings_of(&compiled, &config) } else { Vec::new() };
            let Compiled { plan, .. } = compiled;
            let uses = secret_uses(&plan);
            let outcome = Outcome {
                problems: Vec::new(),
                warnings,
                secrets: uses.into_iter().map(|secret| Secret::of(secret.name, secret.kind)).collect(),
                hosts: hosts(&plan),
                tls: tls_places(&plan),
                fingerprint: Some(plan.fingerprint.clone()),
                parts: parts(&plan),
            };
            Array::of2(&to_js(&outcome), &Uint8Array::from(plan.encode().as_slice()))
        }
        Err(problems) => refused(&problems),
    })
}

fn refused(problems: &[Error]) -> Array {
    let problems = problems.iter().map(Problem::of).collect();
    Array::of1(&to_js(&Outcome { problems, ..Outcome::default() }))
}

#[cfg(feature = "tools")]
fn warnings_of(compiled: &Compiled, config: &Value) -> Vec<Problem> {
    compiled.warnings(config).iter().map(Problem::of_warning).collect()
}

#[cfg(not(feature = "tools"))]
fn warnings_of(_: &Compiled, _: &Value) -> Vec<Problem> {
    Vec::new()
}

impl Problem {
    fn of(error: &Error) -> Problem {
        Problem {
            code: error.code.as_str(),
            path: error.path.clone(),
            message: error.message.clone(),
            mend: None,
            key: error.part == Part::Key,
            offset: offset_of(error.part),
        }
    }

    #[cfg(feature = "tools")]
    fn of_warning(warning: &Warning) -> Problem {
        Problem {
            code: warning.code.as_str(),
            path: warning.path.clone(),
            message: warning.message.clone(),
            mend: Some(warning.mend.clone()),
            key: warning.part == Part::Key,
            offset: offset_of(warning.part),
        }
    }
}

fn offset_of(part: Part) -> Option<usize> {
    match part {
        Part::Text(offset) => Some(offset),
        Part::Key | Part::Value => None,
    }
}

impl Piece {
    fn of(part: &template::Part) -> Piece {
        match part {
            template::Part::Literal(text) => Piece::Literal(text.clone()),
            template::Part::Expression(_, text) => Piece::Expression((**text).to_owned()),
            template::Part::Secret(name) => Piece::Secret((**name).to_owned()),
        }
    }
}

impl Secret {
    fn of(name: String, kind: SecretKind) -> Secret {
        let (kind, algorithm) = match kind {
            SecretKind::Text => ("text", None),
            SecretKind::Host { is_plain: false } => ("host", None),
            SecretKind::Host { is_plain: true } => ("local_host", None),
            SecretKind::Origin => ("origin", None),
            SecretKind::SigningKey => ("signing_key", None),
            SecretKind::PrivateKey(algorithm) => ("private_key", Some(algorithm.as_str())),
            SecretKind::Certificate => ("certificate", None),
            SecretKind::CertificateKey => ("certificate_key", None),
            SecretKind::CertificateAuthority => ("certificate_authority", None),
        };
        Secret { name, kind, algorithm }
    }
}

/// The effect of the values in `live`.
#[derive(Serialize)]
struct LiveOutcome {
    /// The changed keys, each with the plan's value and its own.
    changes: BTreeMap<String, Change>,
    /// A sentence for each value that does not fit.
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Change {
    from: String,
    to: String,
}

/// Returns what `live` changes of a configuration.
///
/// # Errors
/// An array of problems where the configuration is wrong.
#[wasm_bindgen(js_name = checkLive)]
pub fn check_live(config: &JsValue, live: &JsValue, trigger: &str) -> Result<JsValue, JsValue> {
    convert::lend_platform();
    let trigger = read_trigger(trigger)?;
    let config = from_js(config).unwrap_or_default();
    let before = compile_config(&config, trigger).map_err(|problems| to_problems(&problems))?.plan;
    let mut after = before.clone();
    let warnings = after.apply_live(&from_js(live).unwrap_or(false.into())).warnings;
    let mut changes = BTreeMap::new();
    let mut note = |key: &str, from: String, to: String| {
        if from != to {
            changes.insert(key.to_owned(), Change { from, to });
        }
    };
    note("mode", before.mode.as_str().to_owned(), after.mode.as_str().to_owned());
    note("deadline_ms", before.deadline_ms.to_string(), after.deadline_ms.to_string());
    for (before, after) in before.settings.iter().zip(&after.settings) {
        note(&concat(&["settings.", &before.name]), describe(&before.value), describe(&after.value));
    }
    Ok(to_js(&LiveOutcome { changes, warnings }))
}

/// Returns a setting as people write it.
fn describe(setting: &Setting) -> String {
    match setting {
        Setting::Literal(value) => value.to_json(),
        Setting::Secret(name, _) => concat(&["{secrets.", name, "}"]),
    }
}

/// Parses a template to its pieces, each an object with one member: `literal`, `expression` or `secret`.
///
/// # Errors
/// An array of one problem.
#[wasm_bindgen(js_name = parseTemplate)]
pub fn pieces(text: &str) -> Result<JsValue, JsValue> {
    convert::lend_platform();
    let template = parse_template(text).map_err(|error| to_problems(&[error]))?;
    let pieces: Vec<Piece> = template.parts().iter().map(Piece::of).collect();
    Ok(to_js(&pieces))
}

/// Evaluates one JMESPath expression.
///
/// # Errors
/// An array of one `{ code, path, message }`.
#[wasm_bindgen]
pub fn evaluate(expression: &str, data: &JsValue) -> Result<JsValue, JsValue> {
    convert::lend_platform();
    let fail = |error: Error| to_problems(&[error]);
    let fail_at = |error: ExpressionError| fail(in_expression(&error.message, expression, error.offset, 0));
    let not_compiled = |error: ExpressionError| fail(not_compiled(&error, expression, 0));
    let parsed = Expression::parse(expression).map_err(not_compiled)?;
    let Some(data) = from_js(data) else {
        return Err(fail(Error::new(Code::ExpressionInvalid, "the data is not plain JSON")));
    };
    parsed.evaluate(&data).map(|value| convert::to_js(&value)).map_err(fail_at)
}

/// Plain JavaScript, by way of JSON text: `JSON.parse` defines members, where an assignment, as serde-wasm-bindgen makes
/// it, fails on what a polluted `Object.prototype` has.
fn to_js(value: &impl Serialize) -> JsValue {
    serde_json::to_string(value).map_or(JsValue::NULL, |json| convert::parse(&json))
}

fn to_problems(errors: &[Error]) -> JsValue {
    let problems: Vec<Problem> = errors.iter().map(Problem::of).collect();
    to_js(&problems)
}
