//! `settings`: what is no secret, by name.

use claimsmith_core::plan::{Setting, SettingPlan, SettingType};
use claimsmith_core::template::Part;
use claimsmith_expression::Value;

use crate::named::Named;
use crate::reader::Node;
use crate::template::parse_template;

pub(crate) fn read(node: &Node<'_>) -> Named<SettingPlan> {
    Named::read(node, &mut |name, entry| SettingPlan { name, value: read_setting(entry) })
}

fn read_setting(node: &Node<'_>) -> Setting {
    if !is_typed(node.value) {
        return read_value(node, SettingType::String);
    }
    let object = node.object();
    let kind = object.word("type").unwrap_or(SettingType::String);
    let setting = object.require("value").map(|value| read_value(&value, kind));
    object.finish();
    setting.unwrap_or(Setting::Literal(Value::Null))
}

/// Returns whether a setting is an object that tells its value and its type, and not a value itself.
fn is_typed(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.contains_key("value"))
}

fn read_value(node: &Node<'_>, kind: SettingType) -> Setting {
    let Value::String(text) = node.value else {
        if holds_braces(node.value) {
            node.problem("a secret stands alone in a setting, as `\"{secrets.NAME}\"`");
        }
        let fits = match kind {
            SettingType::String => true,
            SettingType::Number => matches!(node.value, Value::Number(_)),
            SettingType::List => matches!(node.value, Value::Array(_)),
        };
        if !fits {
            node.mismatch(&format!("`{}`, the setting's type", kind.as_str()));
        }
        return Setting::Literal(node.value.clone());
    };
    let template = node.accept(parse_template(text)).unwrap_or_default();
    match template.parts() {
        [Part::Secret(name)] => Setting::Secret(name.clone(), kind),
        parts => {
            let literal = literal(parts);
            if literal.is_none() {
                node.problem("a setting is a literal, or one secret alone as `{secrets.NAME}`; for an expression use `values`");
            }
            let literal = literal.unwrap_or_default();
            let value = kind.read(&literal);
            if value.is_none() {
                node.mismatch(&format!("a text that reads as `{}`", kind.as_str()));
            }
            Setting::Literal(value.unwrap_or_default())
        }
    }
}

/// Returns the text of a template that has nothing to fill in.
fn literal(parts: &[Part]) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Expression(..) | Part::Secret(_) => return None,
        }
    }
    Some(text)
}

/// Returns whether a text in a value looks like a template: it would stand for itself.
fn holds_braces(value: &Value) -> bool {
    match value {
        Value::String(text) => parse_template(text).is_ok_and(|template| literal(template.parts()).is_none()),
        Value::Array(items) => items.iter().any(holds_braces),
        Value::Object(members) => members.values().any(holds_braces),
        Value::Null | Value::Unavailable(_) | Value::Bool(_) | Value::Number(_) => false,
    }
}
