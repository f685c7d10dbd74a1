//! Points in time, in types that are read and written.

use claimsmith_core::expression::time;

/// A point in time: in JSON a text of RFC 3339, such as `2026-01-05T08:00:00Z`, to the millisecond.
///
/// ```
/// use claimsmith::Timestamp;
///
/// let end = Timestamp::read("2026-01-05T08:00:00+01:00").ok_or("no time")?;
/// assert!(end > Timestamp::from_ms(0));
/// assert_eq!(end.to_text(), "2026-01-05T07:00:00Z");
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The years from 0 to 9999, which RFC 3339 can write, in milliseconds since 1970.
const WRITABLE: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;

impl Timestamp {
    /// Returns the time so many milliseconds after 1970, such as [`Session::now_ms`](crate::Session::now_ms). What lies
    /// beyond the year 9999 is its end.
    pub fn from_ms(milliseconds: u64) -> Timestamp {
        let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
        Timestamp(milliseconds.min(WRITABLE.end.saturating_sub(1)))
    }

    /// Reads a text of RFC 3339, or an HTTP date. `None` where it is neither.
    pub fn read(text: &str) -> Option<Timestamp> {
        let milliseconds = (time::read(text)? * 1_000.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and of a year of four digits")]
        let milliseconds = milliseconds as i64;
        WRITABLE.contains(&milliseconds).then_some(Timestamp(milliseconds))
    }

    /// Returns the milliseconds since 1970.
    pub fn as_ms(self) -> i64 {
        self.0
    }

    /// Returns the text, in UTC.
    pub fn to_text(self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of these years are exact in a double")]
        let seconds = self.0 as f64 / 1_000.0;
        time::write(seconds).unwrap_or_default()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        struct Text;

        impl serde::de::Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a time of RFC 3339")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::read(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_as_it_was_to_the_millisecond() {
        for text in [
            "2026-01-05T08:00:00Z",
            "1969-12-31T23:59:59.999Z",
            "9999-12-31T23:59:59.999Z",
            "0000-01-01T00:00:00Z",
        ] {
            let time = Timestamp::read(text).unwrap();
            assert_eq!(time.to_text(), text);
        }
        assert_eq!(Timestamp::read("tomorrow"), None);
        assert_eq!(Timestamp::from_ms(u64::MAX).to_text(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::read("1970-01-01T00:00:01.5Z").unwrap(), Timestamp::from_ms(1_500));
    }
}
