//! Circles: what reads itself, by whatever way round, would never be decided.

use claimsmith_expression::text::join;

/// Returns the first circle of a graph, which gives for each index those that it needs: a way from an index to itself.
pub(crate) fn circle(graph: &[Vec<usize>]) -> Option<Vec<usize>> {
    (0..graph.len()).find_map(|start| {
        // The shortest way back: breadth first, each with the one that it was reached from.
        let mut reached: Vec<(usize, Option<usize>)> = vec![(start, None)];
        let mut at = 0;
        while let Some((index, _)) = reached.get(at).copied() {
            for next in graph.get(index)? {
                if *next == start {
                    let mut way = Vec::new();
                    let mut place = Some(at);
                    while let Some((index, from)) = place.and_then(|place| reached.get(place)) {
                        way.push(*index);
                        place = *from;
                    }
                    way.reverse();
                    return Some(way);
                }
                if !reached.iter().any(|(known, _)| known == next) {
                    reached.push((*next, Some(at)));
                }
            }
            at += 1;
        }
        None
    })
}

/// Returns the problem of a circle.
pub(crate) fn describe_circle(circle: &[usize], name: &dyn Fn(usize) -> String) -> String {
    let names: Vec<String> = circle.iter().map(|index| format!("`{}`", name(*index))).collect();
    match names.as_slice() {
        [alone] => format!("{alone} reads itself"),
        [first, others @ ..] => {
            let way = join(others.iter().chain([first]).map(String::as_str), ", which reads ");
            format!("{first} reads {way}: a circle")
        }
        [] => String::new(),
    }
}
