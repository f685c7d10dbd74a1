//! The document that expressions see: which names it has, and what an expression reads of it.

use std::rc::Rc;

use claimsmith_core::template::Part;
use claimsmith_expression::Expression;
use claimsmith_expression::text::join;

use crate::nearest::nearest;

const SECRET: &str = "secrets can be used in templates only, never in an expression";

/// Member names, one below the other.
pub(crate) type Chain = Vec<Rc<str>>;

/// The names of the document, as one place of the configuration sees it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// The names of the sources, in their order.
    pub(crate) sources: Vec<Rc<str>>,
    /// The names of the settings.
    pub(crate) settings: Vec<Rc<str>>,
    /// The names of the values, each after those that it reads.
    pub(crate) values: Vec<Rc<str>>,
    /// What each of them reads.
    pub(crate) value_reads: Vec<Reads>,
    /// The part of it that is seen.
    pub(crate) view: View,
}

/// The part of the document that a place sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// All of it.
    #[default]
    Whole,
    /// What is there before any call.
    Start,
    /// The same without `now`: a token serves many logins.
    Token,
}

impl View {
    /// Returns why the rest of the document is not seen.
    fn reason(self) -> &'static str {
        match self {
            View::Whole => "",
            View::Start => "this is decided before anything is asked",
            View::Token => "a token serves many logins",
        }
    }
}

/// What an expression reads, itself or through values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads {
    /// The sources whose answers are read, as indexes.
    pub(crate) answers: Vec<usize>,
    /// What is read of the answers: the sources, as indexes, with chains below their answers.
    pub(crate) answer_parts: Vec<(usize, Chain)>,
    /// The sources of which `calls` is read.
    pub(crate) calls: Vec<usize>,
    /// The values, each after those that it reads.
    pub(crate) values: Vec<usize>,
    /// Chains below `event`.
    pub(crate) event: Vec<Chain>,
    /// True where `now` is read.
    pub(crate) now: bool,
}

impl Reads {
    /// Returns the sources that have to be settled before, as indexes.
    pub(crate) fn waits_for(&self) -> Vec<usize> {
        let mut all = self.answers.clone();
        add(&mut all, &self.calls);
        all.sort_unstable();
        all
    }

    /// Returns whether what is made of it may differ from one user to another.
    pub(crate) fn is_personal(&self) -> bool {
        !self.event.is_empty() || !self.answers.is_empty() || !self.calls.is_empty()
    }

    fn add_answer(&mut self, index: usize, chain: &[Rc<str>]) {
        add(&mut self.answers, &[index]);
        add(&mut self.answer_parts, &[(index, chain.to_vec())]);
    }

    /// Adds what another expression reads.
    pub(crate) fn merge(&mut self, other: &Reads) {
        add(&mut self.answers, &other.answers);
        add(&mut self.answer_parts, &other.answer_parts);
        add(&mut self.calls, &other.calls);
        add(&mut self.values, &other.values);
        add(&mut self.event, &other.event);
        self.now |= other.now;
        self.answers.sort_unstable();
        self.values.sort_unstable();
    }
}

fn add<T: Clone + PartialEq>(into: &mut Vec<T>, others: &[T]) {
    for other in others {
        if !into.contains(other) {
            into.push(other.clone());
        }
    }
}

impl Scope {
    /// Returns the same document as another place sees it.
    pub(crate) fn seen_as(&self, view: View) -> Scope {
        Scope { view, ..self.clone() }
    }

    /// Returns what an expression reads.
    pub(crate) fn reads(&self, expression: &Expression) -> Reads {
        self.reads_of(std::iter::once(expression))
    }

    /// Returns what the parts of templates read together, each of which `visit` hands over.
    pub(crate) fn reads_of_parts(&self, visit: impl FnOnce(&mut dyn FnMut(&Part))) -> Reads {
        let mut reads = Reads::default();
        visit(&mut |part| {
            if let Part::Expression(expression, _) = part {
                reads.merge(&self.reads(expression));
            }
        });
        reads
    }

    /// Returns what expressions read together.
    pub(crate) fn reads_of<'e>(&self, expressions: impl IntoIterator<Item = &'e Expression>) -> Reads {
        let mut reads = Reads::default();
        for chain in expressions.into_iter().flat_map(Expression::reads) {
            self.add_chain(&mut reads, &chain);
        }
        reads
    }

    /// Returns why a place may not read a chain of names, and which of them is to blame; `None` where it may.
    pub(crate) fn refuse(&self, chain: &[Rc<str>]) -> Option<(Rc<str>, String)> {
        let (root, rest) = chain.split_first()?;
        let mut names = vec!["event", "settings", "values"];
        if self.view != View::Token {
            names.push("now");
        }
        let is_whole = self.view == View::Whole;
        if is_whole {
            names.push("calls");
        }
        let is_source = self.sources.contains(root);
        if &**root == "secrets" {
            return Some((Rc::clone(root), SECRET.to_owned()));
        }
        if !(names.contains(&&**root) || is_source && is_whole) {
            let known =
                self.sources.iter().map(|name| &**name).filter(|_| is_whole).chain(names.iter().copied());
            let near = nearest(root, &known.collect::<Vec<&str>>());
            let message = match near {
                _ if matches!(&**root, "null" | "true" | "false") => {
                    format!("`{root}` names a member of the document here; the literal stands in backticks")
                }
                Some(near) => format!("`{root}` names nothing here; did you mean `{near}`?"),
                None if is_source || matches!(&**root, "calls" | "now") => {
                    format!("`{root}` cannot be read here: {}", self.view.reason())
                }
                None => format!(
                    "`{root}` names nothing here; it is neither a source nor one of {}",
                    ticked(&names)
                ),
            };
            return Some((Rc::clone(root), message));
        }
        let (what, members) = match &**root {
            "settings" => ("setting", &self.settings),
            "values" => ("value", &self.values),
            "calls" => ("source", &self.sources),
            _ => return None,
        };
        if let Some(name) = rest.first().filter(|name| !members.contains(name)) {
            let known: Vec<&str> = members.iter().map(|name| &**name).collect();
            let message = match nearest(name, &known) {
                Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
                None => format!("there is no {what} `{name}`"),
            };
            return Some((Rc::clone(name), message));
        }
        let mut reads = Reads::default();
        self.add_chain(&mut reads, chain);
        let reads_a_call = !reads.waits_for().is_empty() && !is_whole;
        if reads_a_call || reads.now && self.view == View::Token {
            let what = if reads_a_call { "a source" } else { "`now`" };
            let message = format!(
                "`{}` reads {what}, and cannot be read here: {}",
                chain.join("."),
                self.view.reason()
            );
            return Some((Rc::clone(root), message));
        }
        None
    }

    fn add_chain(&self, reads: &mut Reads, chain: &[Rc<str>]) {
        let Some((root, rest)) = chain.split_first() else {
            // The document as a whole.
            for root in ["event", "now", "calls", "values"] {
                self.add_chain(reads, &[root.into()]);
            }
            for index in indexes(&self.sources, None) {
                reads.add_answer(index, &[]);
            }
            return;
        };
        match &**root {
            "event" => add(&mut reads.event, &[rest.to_vec()]),
            "now" => reads.now = true,
            "calls" => add(&mut reads.calls, &indexes(&self.sources, rest.first())),
            "values" => {
                for index in indexes(&self.values, rest.first()) {
                    // Those that are not read yet are of a circle, or stand behind what reads them.
                    self.value_reads.get(index).iter().for_each(|known| reads.merge(known));
                    add(&mut reads.values, &[index]);
                }
            }
            _ => {
                for index in indexes(&self.sources, Some(root)) {
                    reads.add_answer(index, rest);
                }
            }
        }
    }
}

/// Returns the index of a name; those of all where there is none to say which.
fn indexes(names: &[Rc<str>], wanted: Option<&Rc<str>>) -> Vec<usize> {
    let is_wanted = |name: &Rc<str>| wanted.is_none_or(|wanted| wanted == name);
    (0..names.len()).filter(|index| names.get(*index).is_some_and(is_wanted)).collect()
}

/// Returns names as a sentence has them.
fn ticked(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    join(names.iter().map(String::as_str), ", ")
}
