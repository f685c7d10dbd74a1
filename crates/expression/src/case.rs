//! Upper and lower case, by Unicode's default case conversion.
//!
//! The tables for it, which the standard library has, are 12 kB of the pasted file, and whoever runs
//! WebAssembly in JavaScript has them already. So there the host lends its own, by [`lend`]; anywhere else
//! the standard library's are in use from the start.

use std::cell::Cell;

/// One text as another.
pub type Conversion = fn(&str) -> String;

#[cfg(not(target_family = "wasm"))]
const OWN: (Conversion, Conversion) = (str::to_lowercase, str::to_uppercase);
/// ASCII letters only: nobody has lent more.
#[cfg(target_family = "wasm")]
const OWN: (Conversion, Conversion) = (str::to_ascii_lowercase, str::to_ascii_uppercase);

thread_local! {
    static IN_USE: Cell<(Conversion, Conversion)> = const { Cell::new(OWN) };
}

/// From now on, the functions `lower` and `upper` convert by these.
pub fn lend(lower: Conversion, upper: Conversion) {
    IN_USE.set((lower, upper));
}

pub(crate) fn lower(text: &str) -> String {
    IN_USE.get().0(text)
}

pub(crate) fn upper(text: &str) -> String {
    IN_USE.get().1(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check;

    #[test]
    fn all_of_unicode_has_case_and_a_letter_may_become_several() {
        check(
            "{}",
            &[
                ("lower('STRING')", r#""string""#),
                ("upper('string')", r#""STRING""#),
                ("lower('ÀÉÎŐŰ ЖЯ')", r#""àéîőű жя""#),
                ("upper('straße ﬁ')", r#""STRASSE FI""#),
                ("lower('ΟΔΟΣ')", r#""οδος""#),
                ("lower('İ')", r#""i̇""#),
                ("upper('日本 1 😀')", r#""日本 1 😀""#),
            ],
        );
    }

    #[test]
    fn what_the_host_lends_is_used() {
        // Its own thread: no other test sees it.
        std::thread::spawn(|| {
            lend(|text| format!("lower {text}"), |text| format!("upper {text}"));
            check("{}", &[("lower('a')", r#""lower a""#), ("upper('a')", r#""upper a""#)]);
        })
        .join()
        .unwrap();
    }
}
