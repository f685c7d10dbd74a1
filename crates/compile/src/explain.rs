//! Explains how a place of a configuration came to its value in one login: each step of its expressions, as plain JSON
//! for tools.

use std::rc::Rc;

use claimsmith_core::plan::{Plan, Scopes, SessionChange, SessionRule};
use claimsmith_core::template::{Part, Template};
use claimsmith_core::text::{join_path, one_line};
use claimsmith_expression::text::{concat, decimal};
use claimsmith_expression::trace::{Item, Lost, Outcome, Step, Walk};
use claimsmith_expression::{Budget, Cause, ErrorKind, Expression, Faults, Map, Number, Value};

use crate::nearest::nearest;

/// The characters of an expression that are shown.
const MAX_TEXT: usize = 300;
/// The characters of a value that are shown.
const MAX_VALUE: usize = 400;
/// The characters of a text in a value, the items of a list and the members of an object that are shown.
const MAX_SHOWN_TEXT: usize = 100;
const MAX_SHOWN_ITEMS: usize = 6;
const MAX_SHOWN_MEMBERS: usize = 12;

/// What the expressions of a login saw.
#[derive(Clone, Copy, Debug)]
pub struct Documents<'a> {
    /// By claims, and by the conditions of claims and sources.
    pub lenient: &'a Value,
    /// By rules and templates.
    pub strict: &'a Value,
}

/// Explains a place: its names and indexes from the top, as `["claims", "plan"]` or `["deny", 0, "when"]`.
///
/// The result has `expressions`, each with its `path`, its `role`, its `text` and its `step`; and `values`, the steps of
/// the values that these read, by name. `None` where no expression stands at the place.
pub fn explain(plan: &Plan, seen: Documents<'_>, place: &[Value]) -> Option<Value> {
    let lenient = with_values(plan, seen.lenient);
    let strict = with_values(plan, seen.strict);
    let mut explainer = Explainer {
        plan,
        lenient: &lenient,
        strict: &strict,
        expressions: Vec::new(),
        reads: Vec::new(),
        wanted: None,
    };
    explainer.explain(place)?;
    if explainer.expressions.is_empty() {
        return None;
    }
    let values = explainer.values();
    Some(Value::object([("expressions", explainer.expressions.into()), ("values", values.into())]))
}

/// Returns a document with the values that the login did not come to need.
fn with_values(plan: &Plan, document: &Value) -> Value {
    let Value::Object(members) = document else { return document.clone() };
    let mut members = Map::clone(members);
    let mut values = members.get("values").and_then(Value::as_object).cloned().unwrap_or_default();
    for value in &plan.values {
        if values.contains_key(&value.name) || value.signing.is_some() {
            continue;
        }
        let found = value.value.evaluate_within(&Value::from(members.clone()), &Budget::default());
        values.insert(Rc::clone(&value.name), found.unwrap_or(Value::Unavailable(Cause::Failed)));
        members.insert("values".into(), values.clone().into());
    }
    members.into()
}

struct Explainer<'a> {
    plan: &'a Plan,
    lenient: &'a Value,
    strict: &'a Value,
    expressions: Vec<Value>,
    /// The names of the values that are read, each with the document that its reader saw.
    reads: Vec<(Rc<str>, &'a Value)>,
    /// The one role that is wanted.
    wanted: Option<String>,
}

/// How an expression is used.
#[derive(Clone, Copy)]
enum Use {
    Value,
    Condition(Faults),
}

impl<'a> Explainer<'a> {
    fn explain(&mut self, place: &[Value]) -> Option<()> {
        let plan = self.plan;
        let list = place.first()?.as_str()?;
        let name = place.get(1).and_then(Value::as_str);
        let index = place.get(1).and_then(index_of);
        let last = |from: usize| place.get(from).and_then(Value::as_str).map(str::to_owned);
        self.wanted = last(2);
        match list {
            "when" => {
                self.condition("when", "when", plan.when.as_ref(), (self.lenient, Faults::LeaveOpen));
            }
            "claims" => {
                let entry = place.get(2).and_then(index_of);
                if entry.is_some() {
                    self.wanted = last(3);
                }
                for claim in &plan.claims {
                    if claim.written.as_deref().or(claim.fixed_name()) != name
                        || entry.is_some() && claim.entry != entry
                    {
                        continue;
                    }
                    let mut path = join_path("claims", name?);
                    if let Some(entry) = claim.entry {
                        path = concat(&[&path, "[", &decimal(entry), "]"]);
                    }
                    self.template(&path, "name", &claim.name, self.lenient);
                    self.condition(&path, "when", claim.when.as_ref(), (self.lenient, Faults::End));
                    self.value(&path, "value", &claim.value, self.lenient);
                }
            }
            "values" => {
                let value = plan.values.iter().find(|value| Some(&*value.name) == name)?;
                self.value(&join_path("values", &value.name), "value", &value.value, self.lenient);
            }
            "sources" => {
                let source = plan.sources.iter().find(|source| Some(&*source.name) == name)?;
                let path = join_path("sources", &source.name);
                self.condition(&path, "when", source.when.as_ref(), (self.lenient, Faults::LeaveOpen));
                let url = Template::new(source.url.parts().cloned().collect());
                self.template(&path, "url", &url, self.strict);
                for (header, template) in &source.headers {
                    self.template(&path, &concat(&["headers.", header]), template, self.strict);
                }
            }
            "deny" => {
                let rule = plan.deny.get(index?)?;
                let path = rule_path(list, index?);
                self.condition(&path, "when", Some(&rule.when), (self.strict, Faults::LeaveOpen));
                self.template(&path, "reason", &rule.reason, self.lenient);
            }
            "mfa" => {
                let rule = plan.mfa.get(index?)?;
                self.rule(&rule_path(list, index?), rule.when.as_ref());
            }
            "scopes" => {
                let rule = plan.scopes.get(index?)?;
                let path = rule_path(list, index?);
                self.rule(&path, rule.when.as_ref());
                if let Scopes::Listed(listed) = &rule.scopes {
                    self.value(&path, if rule.adds { "add" } else { "remove" }, listed, self.strict);
                }
            }
            "session" => self.session(list, index?, plan.session.get(index?)?),
            "refresh_token" => self.session(list, index?, plan.refresh_token.get(index?)?),
            _ => return None,
        }
        Some(())
    }

    fn session(&mut self, list: &str, index: usize, rule: &SessionRule) {
        let path = rule_path(list, index);
        self.rule(&path, rule.when.as_ref());
        match &rule.change {
            SessionChange::Expires(expires, idle) => {
                for (role, lifetime) in [("expires_in_s", expires), ("idle_expires_in_s", idle)] {
                    if let Some(lifetime) = lifetime {
                        self.value(&path, role, lifetime, self.lenient);
                    }
                }
            }
            SessionChange::Revoke(text) => self.template(&path, "revoke", text, self.lenient),
        }
    }

    fn rule(&mut self, path: &str, when: Option<&Expression>) {
        self.condition(path, "when", when, (self.strict, Faults::LeaveOpen));
    }

    fn condition(
        &mut self,
        path: &str,
        role: &str,
        when: Option<&Expression>,
        (document, faults): (&'a Value, Faults),
    ) {
        if let Some(when) = when {
            self.add(path, role, when, document, Use::Condition(faults));
        }
    }

    fn value(&mut self, path: &str, role: &str, value: &Expression, document: &'a Value) {
        self.add(path, role, value, document, Use::Value);
    }

    fn template(&mut self, path: &str, role: &str, template: &Template, document: &'a Value) {
        for part in template.parts() {
            if let Part::Expression(expression, _) = part {
                self.add(path, role, expression, document, Use::Value);
            }
        }
    }

    fn add(&mut self, path: &str, role: &str, expression: &Expression, document: &'a Value, used: Use) {
        let is_wanted =
            self.wanted.as_ref().is_none_or(|wanted| wanted == role.split('.').next().unwrap_or(role));
        if !is_wanted {
            return;
        }
        self.note_values(expression, document);
        let place = if path == role { path.to_owned() } else { concat(&[path, ".", role]) };
        let step = match used {
            Use::Value => expression.trace(document),
            Use::Condition(faults) => expression.trace_condition(document, faults),
        };
        self.expressions.push(Value::object([
            ("path", place.into()),
            ("role", role.into()),
            ("step", self.step(&step)),
        ]));
    }

    fn note_values(&mut self, expression: &Expression, document: &'a Value) {
        for chain in expression.reads() {
            let [root, name, ..] = chain.as_slice() else { continue };
            if &**root == "values" && !self.reads.iter().any(|(known, _)| known == name) {
                self.reads.push((Rc::clone(name), document));
            }
        }
    }

    /// Returns the steps of the values that are read, and of those that these read.
    fn values(&mut self) -> Map {
        let mut values = Map::new();
        let mut next = 0;
        while let Some((name, document)) = self.reads.get(next).cloned() {
            next += 1;
            if let Some(value) = self.plan.values.iter().find(|value| value.name == name) {
                self.note_values(&value.value, document);
                values.insert(name, self.step(&value.value.trace(document)));
            }
        }
        values
    }

    fn step(&self, step: &Step) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| {
            members.insert(name.into(), value);
        };
        put("text", one_line(&step.text, MAX_TEXT).into());
        if !step.role.is_empty() {
            put("role", step.role.into());
        }
        match &step.outcome {
            Outcome::Value(Value::Null) => put("outcome", "null".into()),
            Outcome::Value(value) => {
                put("outcome", "value".into());
                put("type", value.type_name().into());
                put("value", preview(value).into());
            }
            Outcome::Failed(error) if error.kind == ErrorKind::Unavailable => {
                put("outcome", "unavailable".into());
                put("cause", if error.is_open() { "failed" } else { "not_asked" }.into());
            }
            Outcome::Failed(error) => {
                put("outcome", "error".into());
                put("error", error.kind.name().into());
                put("message", error.message.as_str().into());
            }
            Outcome::NotEvaluated => put("outcome", "not_evaluated".into()),
        }
        if let Some(holds) = step.holds {
            put("holds", holds.into());
        }
        if let Some(note) = &step.note {
            put("note", note.as_str().into());
        }
        if let Some(lost) = &step.lost {
            put("lost", self.lost(lost));
        }
        if !step.steps.is_empty() {
            put("steps", step.steps.iter().map(|step| self.step(step)).collect::<Vec<_>>().into());
        }
        if let Some(walk) = &step.items {
            put("items", self.walk(walk));
        }
        members.into()
    }

    fn walk(&self, walk: &Walk) -> Value {
        let shown: Vec<Value> = walk.shown.iter().map(|item| self.item(item)).collect();
        Value::object([
            ("total", number(walk.total)),
            ("passed", number(walk.passed)),
            ("kept", number(walk.kept)),
            ("shown", shown.into()),
        ])
    }

    fn item(&self, item: &Item) -> Value {
        let mut members =
            vec![("index".into(), number(item.index)), ("value".into(), preview(&item.value).into())];
        if let Some(condition) = &item.condition {
            members.push(("condition".into(), self.step(condition)));
        }
        if let Some(each) = &item.each {
            members.push(("each".into(), self.step(each)));
        }
        Map::from_members(members).into()
    }

    fn lost(&self, lost: &Lost) -> Value {
        let mut members = vec![("at".into(), lost.at.as_str().into()), ("of".into(), lost.of.into())];
        let known: Vec<&str> = lost.members.iter().map(|name| &**name).collect();
        let shown: Vec<Value> =
            known.iter().take(MAX_SHOWN_MEMBERS).map(|name| one_line(name, MAX_SHOWN_TEXT).into()).collect();
        // The names of the document are no news.
        if lost.chain.len() > 1 || !lost.is_of_document {
            members.push(("members".into(), shown.into()));
            members.push(("others".into(), number(known.len().saturating_sub(MAX_SHOWN_MEMBERS))));
            let name = lost.chain.last().map(|name| &**name).unwrap_or_default();
            if let Some(near) = nearest(name, &known).filter(|near| *near != name) {
                members.push(("near".into(), near.into()));
            }
        }
        if lost.is_of_document
            && let Some(root) = lost.chain.first()
        {
            members.push(("root".into(), (&**root).into()));
            if let Some(name) = lost.chain.get(1) {
                members.push(("name".into(), (&**name).into()));
            }
        }
        Map::from_members(members).into()
    }
}

fn number(count: usize) -> Value {
    Number::from(u32::try_from(count).unwrap_or(u32::MAX)).into()
}

fn index_of(value: &Value) -> Option<usize> {
    let number = value.as_number()?.as_f64();
    (0..1000).find(|index: &u32| f64::from(*index) == number).and_then(|index| usize::try_from(index).ok())
}

fn rule_path(list: &str, index: usize) -> String {
    concat(&[list, "[", &decimal(index), "]"])
}

/// Returns a value as JSON that is cut where it is long.
fn preview(value: &Value) -> String {
    let mut text = String::new();
    write_preview(value, &mut text);
    text
}

fn write_preview(value: &Value, out: &mut String) {
    if out.len() > MAX_VALUE {
        return out.push('…');
    }
    match value {
        Value::Unavailable(_) => out.push_str("‹unavailable›"),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_json()),
        Value::String(text) => {
            let shown: String = text.chars().take(MAX_SHOWN_TEXT).collect();
            let rest = text.chars().count().saturating_sub(MAX_SHOWN_TEXT);
            out.push_str(&Value::from(shown).to_json());
            if rest > 0 {
                out.push_str(&format!("… {rest} more characters"));
            }
        }
        Value::Array(items) => {
            let texts = items.iter().map(|item| (None, item));
            write_list(texts, items.len(), ("[", "]"), out);
        }
        Value::Object(members) => {
            let texts = members.iter().map(|(name, member)| (Some(&**name), member));
            write_list(texts, members.len(), ("{", "}"), out);
        }
    }
}

fn write_list<'v>(
    items: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
    count: usize,
    (open, close): (&str, &str),
    out: &mut String,
) {
    out.push_str(open);
    let mut shown = 0;
    for (name, item) in items.take(MAX_SHOWN_ITEMS) {
        if out.len() > MAX_VALUE {
            break;
        }
        if shown > 0 {
            out.push_str(", ");
        }
        if let Some(name) = name {
            out.push_str(&concat(&[&Value::from(one_line(name, MAX_SHOWN_TEXT)).to_json(), ": "]));
        }
        write_preview(item, out);
        shown += 1;
    }
    if shown < count {
        out.push_str(&format!("{}… {} more", if shown > 0 { ", " } else { "" }, count - shown));
    }
    out.push_str(close);
}
