//! The settings of one login: literals of the configuration, and secrets that it makes public.

use std::rc::Rc;

use claimsmith_expression::text::concat;
use claimsmith_expression::{Cause, Map, Value};

use crate::error::{Code, Error};
use crate::plan::{Plan, Setting};
use crate::secret::Secrets;

/// Returns the settings by name. One whose secret the Action lacks is null; one whose secret cannot be read as its type
/// is unavailable, and an error.
pub(crate) fn settings(plan: &Plan, secrets: &Secrets, errors: &mut Vec<Error>) -> Value {
    let mut members = Vec::with_capacity(plan.settings.len());
    for setting in &plan.settings {
        let value = match &setting.value {
            Setting::Literal(value) => value.clone(),
            Setting::Secret(name, kind) => {
                let secret = secrets.get(name);
                let value = secret.map_or(Some(Value::Null), |secret| kind.read(secret.expose()));
                value.unwrap_or_else(|| {
                    let message = concat(&["the secret `", name, "` is no ", kind.as_str()]);
                    let place = concat(&["settings.", &setting.name]);
                    errors.push(Error::new(Code::SecretInvalid, message).at(&place));
                    Value::Unavailable(Cause::Failed)
                })
            }
        };
        members.push((Rc::clone(&setting.name), value));
    }
    Map::from_members(members).into()
}
