//! JMESPath over a small JSON value.
//!
//! A JMESPath [`Expression`] is compiled once and evaluated against many documents. The crate knows
//! only [`Value`]: nothing of tokens, claims or JavaScript.
//!
//! ```
//! use claimsmith_expression::{Expression, json};
//!
//! let names = Expression::parse("roles[?active].name | sort(@)")?;
//! let document = json::read(br#"{"roles": [
//!     {"name": "editor", "active": true},
//!     {"name": "admin", "active": true},
//!     {"name": "guest", "active": false}
//! ]}"#)?;
//! assert_eq!(names.evaluate(&document)?.to_json(), r#"["admin","editor"]"#);
//!
//! let error = Expression::parse("roles[?active").unwrap_err();
//! assert_eq!(error.to_string(), "the expression ends too soon at byte 13");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The language is that of the [specification], all of it. Of JMESPath [Community] it has `let` (JEP-18), arithmetic
//! (JEP-16), the ternary (JEP-21) and those functions that claims need: `find_first`, `from_items`, `group_by`, `items`,
//! `lower`, `replace`, `split`, `trim`, `upper` and `zip`. A variable that no `let` binds is a member of the document.
//! Our own are `base64`, `base64_decode`, `base64url`, `format_time`, `from_json`, `get`, `in_cidr`, `sha256`,
//! `substring`, `timestamp`, `unique`, `url_decode` and `url_encode`. What an expression may cost is bounded, whatever it says and whatever the document
//! is: how deep it is nested when it is compiled, how many steps it takes when it is evaluated.
//!
//! [specification]: https://jmespath.org/specification.html
//! [Community]: https://jmespath.site
//!
//! Left out, and why: `serde_json` and the `jmespath` crate. Both are sound, but inside the
//! WebAssembly every byte is paid by every user, and neither keeps an integer beyond 2^53 − 1 apart
//! from its rounded neighbour. They serve as oracles in the tests instead.

#[cfg(feature = "parser")]
pub mod ast;
#[cfg(not(feature = "parser"))]
#[expect(unreachable_pub, reason = "tools read trees, which the pasted file has none of")]
mod ast;
mod budget;
#[cfg(feature = "parser")]
mod calls;
#[cfg(feature = "serde")]
pub mod data;
mod error;
mod expression;
mod functions;
mod interpreter;
#[cfg(feature = "parser")]
mod lexer;
mod map;
mod network;
mod number;
#[cfg(feature = "parser")]
mod parser;
#[cfg(feature = "parser")]
pub mod print;
#[cfg(feature = "parser")]
mod reads;
#[cfg(test)]
mod testing;
#[cfg(feature = "parser")]
pub mod trace;
mod value;

pub mod encode;
pub mod json;
pub mod list;
pub mod plain;
pub mod platform;
pub mod text;
pub mod time;

pub use budget::Budget;
pub use error::{ErrorKind, ExpressionError};
pub use expression::{Expression, Faults};
#[cfg(feature = "parser")]
pub use functions::names as function_names;
pub use map::{Map, sorted_order};
pub use number::Number;
pub use value::{Cause, Value};

/// True where the feature `speed` is on: what is faster and takes more code is compiled.
pub const IS_FAST: bool = cfg!(feature = "speed");
