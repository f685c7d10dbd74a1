//! Random expressions and documents.

#![expect(unreachable_pub, reason = "a support file of tests")]

use proptest::prelude::*;

pub const OPERATORS: [&str; 8] = ["||", "&&", "==", "!=", "<", "<=", ">", ">="];

pub const FUNCTIONS: [&str; 26] = [
    "abs",
    "avg",
    "ceil",
    "contains",
    "ends_with",
    "floor",
    "join",
    "keys",
    "length",
    "map",
    "max",
    "max_by",
    "merge",
    "min",
    "min_by",
    "not_null",
    "reverse",
    "sort",
    "sort_by",
    "starts_with",
    "sum",
    "to_array",
    "to_number",
    "to_string",
    "type",
    "values",
];

/// Calls that seldom fail, whatever expressions stand for `#a` and `#b`. Of those that are put together
/// blindly most are an error.
const FITTING_CALLS: [&str; 28] = [
    "abs(`-1.5`)",
    "abs(sum(map(&length(to_string(@)), to_array(#a))))",
    "avg(map(&length(to_string(@)), to_array(#a)))",
    "avg(to_array(#a)[?type(@) == 'number'])",
    "ceil(avg([`0.5`, length(type(#a))]))",
    "contains(to_array(#a), #b)",
    "contains(to_string(#a), to_string(#b))",
    "ends_with(to_string(#a), 'b')",
    "ends_with(type(#a), type(#b))",
    "floor(avg([`0.5`, length(type(#a))]))",
    "join(type(#a), map(&to_string(@), to_array(#b)))",
    "keys({a: #a, c: #b})",
    "max(map(&to_string(@), to_array(#a)))",
    "max(to_array(#a)[?type(@) == 'number'])",
    "max_by(to_array(#a), &to_string(@))",
    "merge({a: #a}, {a: #b, b: `1`})",
    "min(map(&to_string(@), to_array(#a)))",
    "min_by([{a: #a}, {a: #b}], &length(to_string(a)))",
    "reverse(to_array(#a))",
    "reverse(to_string(#a))",
    "sort(map(&to_string(@), to_array(#a)))",
    "sort(to_array(#a)[?type(@) == 'number'])",
    "sort_by(to_array(#a), &type(@))",
    "sort_by([{a: #a}, {a: #b}], &length(to_string(a)))",
    "starts_with(to_string(#a), to_string(#b))",
    "starts_with(to_string(#a), 'b')",
    "sum(to_array(#a)[?type(@) == 'number'])",
    "values({a: #a, c: #b})",
];

/// The same with functions of our own.
const OWN_CALLS: [&str; 8] = [
    "unique(to_array(#a))",
    "unique([#a, #b])",
    "get({string: #a, number: #b}, type(#b))",
    "from_json(to_string(#a))",
    "from_json(#a)",
    "base64_decode(base64url(to_string(#a)))",
    "substring(to_string(#a), `-3`, length(type(#b)))",
    "(timestamp(to_string(#a)) || timestamp(`1`))",
];

/// Names that documents and expressions share, so that most lookups find something.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-d]", 1 => Just("\"a b\"".to_owned())]
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        (-3..4_i32).prop_map(|number| format!("`{number}`")),
        "[a-c1]{0,2}".prop_map(|text| format!("'{text}'")),
        prop::sample::select(vec![
            "`null`",
            "`true`",
            "`false`",
            "`[]`",
            "`{}`",
            "`0.5`",
            "`\"b\"`",
            "`[1,2]`",
            "`[\"b\",\"a\"]`",
            "`{\"a\":[1,2]}`",
            "`[{\"a\":2},{\"a\":1,\"b\":[]}]`",
            "'[1]'",
            "'-1.5e1'",
            "'\\'ü'",
        ])
        .prop_map(str::to_owned),
    ]
}

/// An expression of the specification, or with what JMESPath Community adds to it. What stands in `«»` belongs
/// together; the crate must be told so by brackets.
pub fn expression(with_community: bool) -> BoxedStrategy<String> {
    if !with_community {
        return leaf().prop_recursive(4, 24, 3, extended).boxed();
    }
    let leaf = prop_oneof![4 => leaf(), 1 => "\\$[a-d]"];
    leaf.prop_recursive(4, 24, 3, |inner| prop_oneof![2 => extended(inner.clone()), 1 => community(inner)])
        .boxed()
}

/// What JMESPath Community adds to expressions.
fn community(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let pair = (inner.clone(), inner.clone());
    let triple = (inner.clone(), inner.clone(), inner);
    prop_oneof![
        2 => (triple.clone(), "[a-d]").prop_map(|((a, b, c), name)| {
            format!("(let ${name} = {a}, $x = {b} in [{c}, $x] | [0])")
        }),
        2 => (pair.clone(), "[a-d]").prop_map(|((a, b), name)| format!("(let ${name} = {a} in {b})")),
        2 => triple.prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        1 => (prop::sample::select(OWN_CALLS.to_vec()), pair.clone())
            .prop_map(|(call, (a, b))| call.replace("#a", &a).replace("#b", &b)),
        1 => (pair.clone(), "[-+*/%]|//").prop_map(|((a, b), sign)| format!("({a} {sign} {b})")),
        1 => (pair, "[-+*/%]|//").prop_map(|((a, b), sign)| {
            format!("(length(to_string({a})) {sign} (to_number({b}) || `2`))")
        }),
    ]
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![4 => name(), 1 => Just("@".to_owned()), 1 => literal(), 1 => Just("*".to_owned())]
}

/// What the specification makes of smaller expressions.
fn extended(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let pair = (inner.clone(), inner.clone());
    prop_oneof![
        2 => (inner.clone(), suffixes(inner.clone())).prop_map(|(of, path)| format!("{of}{path}")),
        1 => pair.clone().prop_map(|(left, right)| format!("{left} | {right}")),
        2 => (pair.clone(), prop::sample::select(OPERATORS.to_vec()))
            .prop_map(|((left, right), sign)| format!("{left} {sign} {right}")),
        1 => (name(), suffixes(inner.clone())).prop_map(|(of, path)| format!("(!«{of}{path}»)")),
        1 => inner.clone().prop_map(|operand| format!("({operand})")),
        1 => pair.clone().prop_map(|(left, right)| format!("[{left}, {right}]")),
        1 => pair.prop_map(|(left, right)| format!("{{a: {left}, \"a b\": {right}}}")),
        4 => call(inner),
    ]
}

/// What leads from a value to what is in it.
fn suffixes(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let pair = (inner.clone(), inner.clone());
    let suffix = prop_oneof![
        4 => name().prop_map(|name| format!(".{name}")),
        1 => Just(".*".to_owned()),
        1 => (-3..4_i32).prop_map(|index| format!("[{index}]")),
        1 => slice().prop_map(|slice| format!("[{slice}]")),
        1 => Just("[*]".to_owned()),
        1 => Just("[]".to_owned()),
        1 => inner.clone().prop_map(|condition| format!("[?{condition}]")),
        1 => pair.clone().prop_map(|(a, b)| format!(".[{a}, {b}]")),
        1 => pair.prop_map(|(a, b)| format!(".{{a: {a}, d: {b}}}")),
        1 => call(inner).prop_map(|call| format!(".{call}")),
    ];
    prop::collection::vec(suffix, 1..3).prop_map(|path| path.concat())
}

fn slice() -> impl Strategy<Value = String> {
    let bound = prop_oneof![Just(String::new()), (-4..5_i32).prop_map(|bound| bound.to_string())];
    let step = prop::sample::select(vec!["", ":", ":1", ":2", ":-1", ":-2"]);
    (bound.clone(), bound, step).prop_map(|(start, stop, step)| format!("{start}:{stop}{step}"))
}

/// A call with as many arguments as the function takes, if not of the types.
fn call(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let pair = (inner.clone(), inner.clone());
    let fitting = (prop::sample::select(FITTING_CALLS.to_vec()), pair.clone())
        .prop_map(|(call, (a, b))| call.replace("#a", &a).replace("#b", &b));
    let any = (prop::sample::select(FUNCTIONS.to_vec()), pair, prop::collection::vec(inner, 0..3)).prop_map(
        |(name, (a, b), more)| match name {
            "contains" | "ends_with" | "join" | "starts_with" => format!("{name}({a}, {b})"),
            "map" => format!("{name}(&{b}, {a})"),
            "max_by" | "min_by" | "sort_by" => format!("{name}({a}, &{b})"),
            "merge" => format!("{name}({})", more.join(", ")),
            "not_null" => format!("{name}({})", [vec![a], more].concat().join(", ")),
            _ => format!("{name}({a})"),
        },
    );
    prop_oneof![any, fitting]
}

/// A document, as JSON: an object more often than not, as they are in life.
pub fn document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        (-3..4_i32).prop_map(serde_json::Value::from),
        (-3..4_i32).prop_map(|half| serde_json::Value::from(f64::from(half) + 0.5)),
        "[a-c1]{0,2}".prop_map(serde_json::Value::from),
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            members(inner, 0..4),
        ]
    });
    prop_oneof![3 => members(value.clone(), 2..5), 1 => value].prop_map(|value| value.to_string())
}

fn members(
    value: impl Strategy<Value = serde_json::Value>,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = serde_json::Value> {
    let name = prop_oneof![4 => "[a-d]", 1 => Just("a b".to_owned())];
    prop::collection::vec((name, value), count)
        .prop_map(|members| serde_json::Value::Object(members.into_iter().collect()))
}
