//! Collects the functions that an expression calls.

use crate::ast::{Items, Node};

/// Adds the names of the functions that a tree calls.
pub(crate) fn note(node: &Node, calls: &mut Vec<&'static str>) {
    let mut note_all = |nodes: &[&Node]| nodes.iter().for_each(|node| note(node, calls));
    match node {
        Node::Current | Node::Member(_) | Node::Literal(_) | Node::Variable(_) | Node::Global(..) => {}
        Node::Index(operand, _) | Node::Not(operand) => note_all(&[operand]),
        Node::Projection(source, items, each) => {
            note_all(&[source, each]);
            match items {
                Items::Matching(condition) => note_all(&[condition]),
                Items::All | Items::Values | Items::Flat | Items::Slice(..) => {}
            }
        }
        Node::Binary(_, left, right) | Node::Arithmetic(_, _, left, right) => note_all(&[left, right]),
        Node::Ternary(test, then, otherwise) => note_all(&[test, then, otherwise]),
        Node::Let(bindings, body) => {
            bindings.iter().for_each(|binding| note_all(&[binding]));
            note_all(&[body]);
        }
        Node::List(nodes) => nodes.iter().for_each(|node| note_all(&[node])),
        Node::Object(members) => members.iter().for_each(|(_, node)| note_all(&[node])),
        Node::Call(call) => {
            call.arguments.iter().for_each(|argument| note_all(&[&argument.node]));
            call.reference.iter().for_each(|node| note_all(&[node]));
            calls.push(call.function.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Expression;

    #[test]
    fn a_call_is_found_in_each_place_where_a_node_may_stand() {
        let call = "abs(@)";
        let places = [
            "#",
            "#.a",
            "a.#",
            "#[0]",
            "#[*].a",
            "a[*].#",
            "#.*",
            "a.*.#",
            "#[]",
            "a[?#]",
            "#[1:2]",
            "a[:2].#",
            "!#",
            "# || a",
            "a && #",
            "a | #",
            "a == #",
            "# < a",
            "a + #",
            "-#",
            "# ? a : b",
            "a ? # : b",
            "a ? b : #",
            "let $x = # in a",
            "let $x = a, $y = # in b",
            "let $x = a in #",
            "[#]",
            "[a, #]",
            "{a: #}",
            "a.[#]",
            "a.{b: #}",
            "map(&#, a)",
            "length(#)",
            "(#)",
        ];
        for place in places {
            let text = place.replace('#', call);
            let calls = Expression::parse(&text)
                .unwrap_or_else(|error| panic!("{text}: {}", error.message))
                .functions();
            assert!(calls.contains(&"abs"), "{text}");
        }
        assert!(Expression::parse("let $x = a.b in [$x, $y, {c: d[?e]}]").unwrap().functions().is_empty());
    }
}
