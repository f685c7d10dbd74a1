//! The values that operators change in the dashboard, applied to a plan.

use claimsmith_expression::Value;
use claimsmith_expression::text::{concat, decimal};

use super::{DEADLINE_MS, Mode, Plan, Setting, SettingPlan, SettingType};
use crate::words::Word;

/// The result of applying `live`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// True where a value differs from the plan's.
    pub differs: bool,
    /// A sentence for each value that does not fit and is ignored.
    pub warnings: Vec<String>,
}

impl Plan {
    /// Applies the values of `live`: `mode`, `deadline_ms` and `settings`. Null leaves the plan's value.
    pub fn apply_live(&mut self, live: &Value) -> Live {
        let mut result = Live::default();
        let Some(members) = live.as_object() else {
            if !live.is_null() {
                result.ignore("it must be an object");
            }
            return result;
        };
        for (key, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            match &**key {
                "mode" => match value.as_str().and_then(Mode::from_word) {
                    Some(mode) => {
                        result.differs |= mode != self.mode;
                        self.mode = mode;
                    }
                    None => result.ignore("`mode` must be `enforce` or `shadow`"),
                },
                "deadline_ms" => match DEADLINE_MS.read(value) {
                    Some(deadline_ms) => {
                        result.differs |= deadline_ms != self.deadline_ms;
                        self.deadline_ms = deadline_ms;
                    }
                    None => result.ignore(&concat(&[
                        "`deadline_ms` must be a whole number from ",
                        &decimal(DEADLINE_MS.least as usize),
                        " to ",
                        &decimal(DEADLINE_MS.most as usize),
                    ])),
                },
                "settings" => match value.as_object() {
                    Some(settings) => {
                        for (name, value) in settings.iter().filter(|(_, value)| !value.is_null()) {
                            apply_setting(&mut self.settings, name, value, &mut result);
                        }
                    }
                    None => result.ignore("`settings` must be an object"),
                },
                _ => result.ignore(&concat(&["`", key, "` cannot be changed there"])),
            }
        }
        result
    }
}

fn apply_setting(settings: &mut [SettingPlan], name: &str, value: &Value, result: &mut Live) {
    let Some(setting) = settings.iter_mut().find(|setting| &*setting.name == name) else {
        return result.ignore(&concat(&["there is no setting `", name, "`"]));
    };
    let kind = match &setting.value {
        Setting::Literal(literal) => literal.type_name(),
        Setting::Secret(_, SettingType::String) => "string",
        Setting::Secret(_, SettingType::Number) => "number",
        Setting::Secret(_, SettingType::List) => "array",
    };
    if value.type_name() != kind {
        return result.ignore(&concat(&["the setting `", name, "` must be of type ", kind]));
    }
    result.differs |= !matches!(&setting.value, Setting::Literal(literal) if literal == value);
    setting.value = Setting::Literal(value.clone());
}

impl Live {
    fn ignore(&mut self, reason: &str) {
        self.warnings.push(concat(&["a value of `live` is ignored: ", reason]));
    }
}
