//! Collects the parts of its document that an expression reads.

use std::rc::Rc;

use crate::ast::{Node, Operator};

/// Member names, one below the other, from the root of the document.
type Chain = Vec<Rc<str>>;

/// Returns the chains that a tree reads, each once. All that lies below the end of a chain may be read.
pub(crate) fn of(node: &Node) -> Vec<Chain> {
    let mut chains = Vec::new();
    read(node, Vec::new(), &mut chains);
    chains
}

/// Notes what a node reads where the current value stands at the end of `current`, and that its own
/// value is made use of.
fn read(node: &Node, current: Chain, chains: &mut Vec<Chain>) {
    if let Some(chain) = follow(node, current, chains)
        && !chains.contains(&chain)
    {
        chains.push(chain);
    }
}

/// Returns the chain to the value of a node, if only members lead there. Otherwise, notes what it was
/// made of; whatever is evaluated against such a value reads nothing more of the document.
fn follow(node: &Node, mut current: Chain, chains: &mut Vec<Chain>) -> Option<Chain> {
    match node {
        Node::Current => return Some(current),
        Node::Member(name) => {
            current.push(Rc::clone(name));
            return Some(current);
        }
        Node::Binary(Operator::Dot | Operator::Pipe, left, right) => {
            let middle = follow(left, current, chains)?;
            return follow(right, middle, chains);
        }
        Node::Literal(_) => {}
        Node::Index(operand, _) | Node::Not(operand) => read(operand, current, chains),
        // Conditions, what follows a projection and references are evaluated against items.
        Node::Projection(source, ..) => read(source, current, chains),
        Node::Binary(_, left, right) => {
            read(left, current.clone(), chains);
            read(right, current, chains);
        }
        Node::List(nodes) => {
            nodes.iter().for_each(|node| read(node, current.clone(), chains));
            read_presence(current, chains);
        }
        Node::Object(members) => {
            members.iter().for_each(|(_, node)| read(node, current.clone(), chains));
            read_presence(current, chains);
        }
        Node::Call(call) => {
            call.arguments.iter().for_each(|argument| read(&argument.node, current.clone(), chains));
        }
    }
    None
}

/// A selection from null is null, so it reads whether there is a value, even if it takes nothing from
/// it. A chain that goes on from there tells that too. The root is always there.
fn read_presence(current: Chain, chains: &mut Vec<Chain>) {
    if !current.is_empty() && !chains.iter().any(|chain| chain.starts_with(&current)) {
        chains.push(current);
    }
}

#[cfg(test)]
mod tests {
    use crate::Expression;

    /// Chains as text: members joined by dots, the root as `@`.
    fn chains(expression: &str) -> Vec<String> {
        let chains = Expression::parse(expression).unwrap().reads();
        chains.iter().map(|chain| if chain.is_empty() { "@".to_owned() } else { chain.join(".") }).collect()
    }

    #[test]
    fn a_chain_goes_as_far_as_plain_members_do() {
        let rows: &[(&str, &[&str])] = &[
            ("event.user.roles[0] || profile.x", &["event.user.roles", "profile.x"]),
            ("event.\"a b\".c", &["event.a b.c"]),
            ("@", &["@"]),
            ("@.a", &["a"]),
            ("keys(@)", &["@"]),
            ("*", &["@"]),
            ("[0]", &["@"]),
            ("a.*.b", &["a"]),
            ("a[*].b", &["a"]),
            ("a[].b", &["a"]),
            ("a.b[1:2].c", &["a.b"]),
            ("a[?x].b", &["a"]),
            ("a[?x == `1`] | [0].c", &["a"]),
            ("[?x]", &["@"]),
            ("a.b | c", &["a.b.c"]),
            ("a[0] | c", &["a"]),
            ("!a.b", &["a.b"]),
            ("a.b == c.d", &["a.b", "c.d"]),
            ("(a || b).c", &["a", "b"]),
            ("'text'", &[]),
            ("`1` | a", &[]),
        ];
        for (expression, expected) in rows {
            assert_eq!(chains(expression), *expected, "{expression}");
        }
    }

    #[test]
    fn a_selection_reads_what_its_members_read() {
        let rows: &[(&str, &[&str])] = &[
            ("{a: event.user.name}", &["event.user.name"]),
            ("[a.b, c[0]]", &["a.b", "c"]),
            ("event.{a: user.name}", &["event.user.name"]),
            ("event.user.[name, email]", &["event.user.name", "event.user.email"]),
            // Null for no user, so there must be a user to see.
            ("event.user.{a: 'x'}", &["event.user"]),
            ("event.user.[@]", &["event.user"]),
            ("{a: b}.a.c", &["b"]),
        ];
        for (expression, expected) in rows {
            assert_eq!(chains(expression), *expected, "{expression}");
        }
    }

    #[test]
    fn arguments_are_read_and_references_belong_to_the_items() {
        let rows: &[(&str, &[&str])] = &[
            ("length(a.b)", &["a.b"]),
            ("a.contains(b, c)", &["a.b", "a.c"]),
            ("sort_by(a.b, &c.d)", &["a.b"]),
            ("map(&x, @)", &["@"]),
            ("sort(a)[0].b", &["a"]),
            ("not_null(a, a, b.c)", &["a", "b.c"]),
        ];
        for (expression, expected) in rows {
            assert_eq!(chains(expression), *expected, "{expression}");
        }
    }
}
