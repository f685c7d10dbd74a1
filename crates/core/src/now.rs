//! The moment of a login.

use claimsmith_expression::{Map, Value, time};

use crate::host::Host;
use crate::moment::moment;

/// Returns what expressions read as `now`: the time of the login's start in UTC, and an id that is random.
pub(crate) fn now(host: &impl Host) -> Value {
    let seconds = host.now_ms() / 1_000;
    #[expect(clippy::cast_precision_loss, reason = "seconds of any date are exact in a double")]
    let exact = seconds as f64;
    // 1 January 1970 was a Thursday, the fourth day from Monday (ISO 8601).
    let weekday = (seconds / 86_400 + 3) % 7 + 1;
    Map::from_members(vec![
        ("iso".into(), time::write(exact).map_or(Value::Null, Value::from)),
        ("seconds".into(), moment(seconds)),
        ("weekday".into(), moment(weekday)),
        ("id".into(), host.uuid().into()),
    ])
    .into()
}
