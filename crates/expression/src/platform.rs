//! Functions of the host platform, which a WebAssembly module would have to bring along: numbers as text, Unicode's
//! letter cases, SHA-256.
//!
//! The standard library's tables for the first two are 47 kB of WebAssembly, more than all of JMESPath. So there the
//! host lends its own, by [`lend`]; anywhere else the standard library's are in use from the start.

use std::cell::Cell;

use sha2::{Digest, Sha256};

/// The functions of the host platform.
#[derive(Clone, Copy, Debug)]
pub struct Platform {
    /// A text in lower case, by Unicode's default case conversion.
    pub lower: fn(&str) -> String,
    /// A text in upper case.
    pub upper: fn(&str) -> String,
    /// The double nearest to a number in JSON's grammar; an infinity where it is too large.
    pub read_number: fn(&str) -> f64,
    /// A finite double as ECMAScript's `Number::toString` writes it, and with it RFC 8785 §3.2.2.3: the
    /// shortest digits that read back the same, with an exponent from 1e21 up and below 1e-6.
    pub write_number: fn(f64) -> String,
    /// The SHA-256 of bytes. [`own_sha256`] where the host has none that answers at once.
    pub sha256: fn(&[u8]) -> Vec<u8>,
}

/// The standard library's. Not compiled where the host has its own: unused code would be carried.
#[cfg(not(all(target_family = "wasm", feature = "lent")))]
const OWN: Platform = Platform {
    lower: str::to_lowercase,
    upper: str::to_uppercase,
    read_number: |text| text.parse().unwrap_or(f64::NAN),
    write_number: write_number_as_ecmascript,
    sha256: own_sha256,
};
/// Until the host platform is installed, no number can be read, and digests are empty.
#[cfg(all(target_family = "wasm", feature = "lent"))]
const OWN: Platform = Platform {
    lower: str::to_owned,
    upper: str::to_owned,
    read_number: |_| f64::NAN,
    write_number: |_| String::new(),
    sha256: |_| Vec::new(),
};

thread_local! {
    static IN_USE: Cell<Platform> = const { Cell::new(OWN) };
}

/// From now on, these are in use.
pub fn lend(platform: Platform) {
    // `LocalKey::set` has code for a value that is not there yet.
    IN_USE.with(|in_use| in_use.set(platform));
}

/// Returns the SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    (in_use().sha256)(bytes)
}

/// Returns the same, by code that comes along.
pub fn own_sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

pub(crate) fn in_use() -> Platform {
    IN_USE.get()
}

#[cfg(not(all(target_family = "wasm", feature = "lent")))]
fn write_number_as_ecmascript(value: f64) -> String {
    if value == 0.0 || (1e-6..1e21).contains(&value.abs()) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    if text.contains("e-") { text } else { text.replace('e', "e+") }
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
    fn numbers_are_written_as_ecmascript_does() {
        for (value, text) in [
            (0.1, "0.1"),
            (1.0 / 3.0, "0.3333333333333333"),
            (123_456_789.25, "123456789.25"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (5e-324, "5e-324"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.25e300, "-1.25e+300"),
            (f64::MAX, "1.7976931348623157e+308"),
        ] {
            assert_eq!((OWN.write_number)(value), text);
        }
    }

    #[test]
    fn what_the_host_lends_is_used() {
        // Its own thread: no other test sees it.
        std::thread::spawn(|| {
            lend(Platform {
                lower: |text| format!("lower {text}"),
                upper: |text| format!("upper {text}"),
                read_number: |_| 1.5,
                write_number: |value| format!("about {value}"),
                sha256: |bytes| bytes.iter().rev().copied().collect(),
            });
            let rows = [
                ("lower('a')", r#""lower a""#),
                ("upper('a')", r#""upper a""#),
                ("to_string(to_number('7.25'))", r#""about 1.5""#),
            ];
            check("{}", &rows);
            assert_eq!(sha256(b"abc"), b"cba");
        })
        .join()
        .unwrap();
    }
}
