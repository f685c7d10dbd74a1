//! A value, compiled: an expression under a name.

use std::rc::Rc;

use claimsmith_expression::{Expression, plain_struct};

use super::Signing;

/// An expression that others read as `values.NAME`. It is evaluated once a login, where it is needed.
#[derive(Clone, Debug)]
pub struct ValuePlan {
    /// The name.
    pub name: Rc<str>,
    /// The expression.
    pub value: Expression,
    /// What is made of its value: an authentication code, a JWT.
    pub signing: Option<Signing>,
    /// The sources whose answers it reads, itself or through other values, as indexes.
    pub reads: Vec<usize>,
}

plain_struct!(ValuePlan { name, value, signing, reads });
