//! Collects the parts of its document that an expression reads.

use std::rc::Rc;

use crate::ast::{Items, Node, Operator};

/// Member names, one below the other, from the root of the document.
type Chain = Vec<Rc<str>>;

/// The parts of a document that a tree reads.
#[derive(Default)]
pub(crate) struct Reads {
    /// The chains, each once. All that lies below the end of a chain may be read.
    pub(crate) chains: Vec<Chain>,
    /// The names of the variables that no `let` binds, each once.
    pub(crate) globals: Vec<Rc<str>>,
    /// The chains to what the variables are bound to, the innermost last.
    scope: Vec<Option<Chain>>,
}

/// Returns the parts that a tree reads.
pub(crate) fn of(node: &Node) -> Reads {
    let mut reads = Reads::default();
    reads.read(node, &Some(Vec::new()));
    reads
}

impl Reads {
    /// Notes what a node reads where the current value stands at the end of `current`, and that its own
    /// value is made use of.
    fn read(&mut self, node: &Node, current: &Option<Chain>) {
        if let Some(chain) = self.follow(node, current)
            && !self.chains.contains(&chain)
        {
            self.chains.push(chain);
        }
    }

    fn read_all<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>, current: &Option<Chain>) {
        nodes.into_iter().for_each(|node| self.read(node, current));
    }

    /// Returns the chain to the value of a node, if only members lead there. Otherwise, notes what it was
    /// made of; whatever is evaluated against such a value reads nothing more of the document but by variables.
    fn follow(&mut self, node: &Node, current: &Option<Chain>) -> Option<Chain> {
        match node {
            Node::Current => return current.clone(),
            Node::Member(name) => {
                let mut chain = current.clone()?;
                chain.push(Rc::clone(name));
                return Some(chain);
            }
            Node::Global(name, _) => {
                if !self.globals.contains(name) {
                    self.globals.push(Rc::clone(name));
                }
                return Some(vec![Rc::clone(name)]);
            }
            Node::Variable(index) => return self.scope.iter().nth_back(*index).cloned().flatten(),
            Node::Let(bindings, body) => {
                let mut bound: Vec<_> = bindings.iter().map(|node| self.follow(node, current)).collect();
                let outer = self.scope.len();
                self.scope.append(&mut bound);
                let chain = self.follow(body, current);
                self.scope.truncate(outer);
                return chain;
            }
            Node::Binary(Operator::Dot | Operator::Pipe, left, right) => {
                let middle = self.follow(left, current);
                return self.follow(right, &middle);
            }
            Node::Literal(_) => {}
            Node::Index(operand, _) | Node::Not(operand) => self.read(operand, current),
            Node::Projection(source, items, each) => {
                self.read(source, current);
                // These are evaluated against items.
                if let Items::Matching(condition) = items {
                    self.read(condition, &None);
                }
                self.read(each, &None);
            }
            Node::Binary(_, left, right) | Node::Arithmetic(_, _, left, right) => {
                self.read_all([&**left, right], current);
            }
            Node::Ternary(test, then, otherwise) => self.read_all([&**test, then, otherwise], current),
            Node::List(nodes) => {
                self.read_all(nodes, current);
                self.read_presence(current);
            }
            Node::Object(members) => {
                self.read_all(members.iter().map(|(_, node)| node), current);
                self.read_presence(current);
            }
            Node::Call(call) => {
                self.read_all(call.arguments.iter().map(|argument| &argument.node), current);
                self.read_all(&call.reference, &None);
            }
        }
        None
    }

    /// A selection from null is null, so it reads whether there is a value, even if it takes nothing from
    /// it. A chain that goes on from there tells that too. The root is always there.
    fn read_presence(&mut self, current: &Option<Chain>) {
        if let Some(current) = current
            && !current.is_empty()
            && !self.chains.iter().any(|chain| chain.starts_with(current))
        {
            self.chains.push(current.clone());
        }
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
    fn a_variable_leads_to_what_it_is_bound_to() {
        let rows: &[(&str, &[&str])] = &[
            ("let $u = event.user in $u.name", &["event.user.name"]),
            ("let $u = event.user in [$u.name, $u.id]", &["event.user.name", "event.user.id"]),
            ("let $u = event.user in profile", &["profile"]),
            ("let $u = event.user in $u", &["event.user"]),
            ("let $u = event.user[0] in $u.name", &["event.user"]),
            (
                "let $u = event in let $u = $u.user, $v = $u.client in [$u.a, $v.b]",
                &["event.user.a", "event.client.b"],
            ),
            ("profile.roles[?$event.user.id == id]", &["profile.roles", "event.user.id"]),
            ("let $i = event.user.id in profile.roles[?id == $i].name", &["profile.roles", "event.user.id"]),
            ("profile.roles[*].[id, $event.user.id]", &["profile.roles", "event.user.id"]),
            ("sort_by(profile.roles, &$event.user.id)", &["profile.roles", "event.user.id"]),
            ("profile.roles[0] | $event.user.id", &["profile.roles", "event.user.id"]),
            ("profile.x | $event.user.id", &["event.user.id"]),
            ("$event.user.id", &["event.user.id"]),
            ("a.b ? c.d : e", &["a.b", "c.d", "e"]),
            ("a.b + c - -d.e", &["a.b", "c", "d.e"]),
        ];
        for (expression, expected) in rows {
            assert_eq!(chains(expression), *expected, "{expression}");
        }
    }

    #[test]
    fn the_variables_that_nothing_binds_are_free() {
        let rows: &[(&str, &[&str])] = &[
            ("a", &[]),
            ("$a", &["a"]),
            ("let $a = $b in [$a, $c, $c]", &["b", "c"]),
            ("let $a = x in $a | $a", &[]),
            ("[let $a = x in $a, $a]", &["a"]),
            ("let $a = $a in $a", &["a"]),
            ("x[?y == $z].[$w]", &["z", "w"]),
            ("let $unread = $a in b", &["a"]),
        ];
        for (expression, expected) in rows {
            let free = Expression::parse(expression).unwrap().free_variables();
            assert_eq!(free.iter().map(|name| &**name).collect::<Vec<_>>(), *expected, "{expression}");
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
