//! A setting, compiled: what is no secret, under a name.

use std::rc::Rc;

use claimsmith_expression::text::{split_once, trim};
use claimsmith_expression::{Number, Value, plain_enum, plain_struct};

use crate::words::words;

/// A value that expressions read as `settings.NAME`.
#[derive(Clone, Debug)]
pub struct SettingPlan {
    /// The name.
    pub name: Rc<str>,
    /// The value.
    pub value: Setting,
}

/// The value of a setting.
#[derive(Clone, Debug)]
pub enum Setting {
    /// A value of the configuration.
    Literal(Value),
    /// A secret of this name, read as this type. Whoever names it here makes it public.
    Secret(Rc<str>, SettingType),
}

words! {
    /// The type that a setting is read as. Secrets are text.
    pub enum SettingType {
        /// The text as it stands.
        String = "string",
        /// A number, as JSON writes it.
        Number = "number",
        /// A list of texts: split at commas, trimmed, without the empty ones.
        List = "list",
    }
}

impl SettingType {
    /// Reads a text as the type; `None` where it is none.
    pub fn read(self, text: &str) -> Option<Value> {
        Some(match self {
            SettingType::String => text.into(),
            SettingType::Number => Number::from_text(trim(text))?.into(),
            SettingType::List => {
                let mut items: Vec<Value> = Vec::new();
                let mut rest = text;
                loop {
                    let (item, behind) = split_once(rest, b',');
                    let item = trim(item);
                    if !item.is_empty() {
                        items.push(item.into());
                    }
                    if behind.is_empty() {
                        break;
                    }
                    rest = behind;
                }
                items.into()
            }
        })
    }
}

plain_struct!(SettingPlan { name, value });

plain_enum!(Setting {
    0 => Literal(value),
    1 => Secret(name, kind),
} else Setting::Literal(Value::Null));
