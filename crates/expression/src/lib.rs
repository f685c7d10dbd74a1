//! JMESPath over a small JSON value.
//!
//! A JMESPath [`Expression`] is compiled once and evaluated against many documents. The crate knows
//! only [`Value`]: nothing of tokens, claims or JavaScript.
//!
//! Left out, and why: `serde_json` and the `jmespath` crate. Both are sound, but inside the
//! WebAssembly every byte is paid by every user, and neither keeps an integer beyond 2^53 − 1 apart
//! from its rounded neighbour. They serve as oracles in the tests instead.

mod ast;
mod decimal;
mod error;
mod expression;
mod interpreter;
mod lexer;
mod map;
mod number;
mod parser;
mod reads;
mod value;

pub mod json;

pub use error::{ErrorKind, ExpressionError};
pub use expression::Expression;
pub use map::Map;
pub use number::Number;
pub use value::Value;
