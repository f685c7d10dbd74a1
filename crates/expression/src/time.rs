//! Points in time as text, and back: RFC 3339, and the dates of HTTP (RFC 9110 §5.6.7).
//!
//! Written here: crates for dates bring time zones, calendars and formats, tens of kilobytes of WebAssembly.

use crate::text::decimal;

const SECONDS_A_DAY: i64 = 86_400;
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
/// The days of the week from that of the first of January 1970.
const WEEKDAYS: &[u8] = b"ThuFriSatSunMonTueWed";

/// Reads a point in time of RFC 3339, or an HTTP date, to seconds since 1970, with their fraction. `None` where the text
/// is neither. A date of RFC 3339 alone is its midnight in UTC.
pub fn read(text: &str) -> Option<f64> {
    let mut input = Scanner(text.as_bytes());
    if !input.0.first()?.is_ascii_digit() {
        return read_http(text);
    }
    input.rfc_3339().filter(|_| input.0.is_empty())
}

/// Reads an HTTP date, of any of its three forms, to seconds since 1970. `None` where the text is none.
///
/// A year of two digits is one of 1970 to 2069, since there is no clock to count from. A day of the week that is not
/// that of the date makes it none.
pub fn read_http(text: &str) -> Option<f64> {
    let mut input = Scanner(text.as_bytes());
    input.http_date().filter(|_| input.0.is_empty())
}

/// Writes seconds since 1970 as RFC 3339 has it, in UTC, rounded to milliseconds; these only where there are some.
/// `None` where the year has not four digits.
pub fn write(seconds: f64) -> Option<String> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is too large saturates, and has no four digits"
    )]
    let milliseconds = (seconds * 1000.0 + 0.5).floor() as i64;
    let whole = milliseconds.div_euclid(1000);
    let (year, month, day) = date(whole.div_euclid(SECONDS_A_DAY));
    if !(0..10_000).contains(&year) {
        return None;
    }
    let of_day = whole.rem_euclid(SECONDS_A_DAY);
    let mut text = String::new();
    for (before, number, digits) in [
        ("", year, 4),
        ("-", month, 2),
        ("-", day, 2),
        ("T", of_day / 3600, 2),
        (":", of_day / 60 % 60, 2),
        (":", of_day % 60, 2),
        (".", milliseconds.rem_euclid(1000), 3),
    ] {
        if before == "." && number == 0 {
            break;
        }
        text.push_str(before);
        let number = decimal(usize::try_from(number).unwrap_or(0));
        for _ in number.len()..digits {
            text.push('0');
        }
        text.push_str(&number);
    }
    text.push('Z');
    Some(text)
}

/// Returns the days from 1970 to a date; `None` where there is no such date. Years begin in March here, so that the day
/// that comes every four years is their last.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    // Four centuries are always as long, and keep what is divided above zero.
    let (from_march, years) = if month > 2 { (month - 3, year + 400) } else { (month + 9, year + 399) };
    let days =
        years * 365 + years / 4 - years / 100 + years / 400 + (153 * from_march + 2) / 5 + day - 865_566;
    (date(days) == (year, month, day)).then_some(days)
}

/// Returns the year, month and day, so many days from 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let centuries = days.div_euclid(146_097);
    let of_centuries = days.rem_euclid(146_097);
    let years = (of_centuries - of_centuries / 1460 + of_centuries / 36_524 - of_centuries / 146_096) / 365;
    let of_year = of_centuries - (365 * years + years / 4 - years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let (month, later) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    (centuries * 400 + years + later, month, day)
}

/// What is left of a text.
struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    /// Reads `2026-01-05`, or `2026-01-05T08:00:00.5+01:00`.
    fn rfc_3339(&mut self) -> Option<f64> {
        let year = self.digits(4)?;
        self.one_of(b"-")?;
        let month = self.digits(2)?;
        self.one_of(b"-")?;
        let midnight = days(year, month, self.digits(2)?)? * SECONDS_A_DAY;
        if self.0.is_empty() {
            return seconds(midnight, 0);
        }
        self.one_of(b"Tt ")?;
        let (mut time, last) = self.time()?;
        let fraction = if self.one_of(b".").is_some() { self.fraction()? } else { 0.0 };
        let sign = self.one_of(b"Zz+-")?;
        if matches!(sign, b'+' | b'-') {
            let hours = self.digits(2)?;
            self.one_of(b":")?;
            let minutes = self.digits(2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            time += if sign == b'-' { offset } else { -offset };
        }
        Some(seconds(midnight + time, last)? + fraction)
    }

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    fn http_date(&mut self) -> Option<f64> {
        let weekday = self.name(WEEKDAYS)?;
        let letters = self.0.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        let (rest_of_name, rest) = self.0.split_at_checked(letters)?;
        self.0 = rest;
        let (year, month, day, time);
        if rest_of_name.is_empty() && self.one_of(b" ").is_some() {
            month = self.name(MONTHS)?;
            self.one_of(b" ")?;
            let digits = if self.one_of(b" ").is_some() { 1 } else { 2 };
            day = self.digits(digits)?;
            self.one_of(b" ")?;
            time = self.time()?;
            self.one_of(b" ")?;
            year = self.digits(4)?;
        } else {
            self.one_of(b",")?;
            self.one_of(b" ")?;
            day = self.digits(2)?;
            let between: &[u8] = if rest_of_name.ends_with(b"day") { b"-" } else { b" " };
            self.one_of(between)?;
            month = self.name(MONTHS)?;
            self.one_of(between)?;
            year = if between == b"-" { (self.digits(2)? + 30) % 100 + 1970 } else { self.digits(4)? };
            self.one_of(b" ")?;
            time = self.time()?;
            self.0 = self.0.strip_prefix(b" GMT")?;
        }
        let days = days(year, month + 1, day)?;
        let (time, last) = time;
        seconds(days * SECONDS_A_DAY + time, last).filter(|_| days.rem_euclid(7) == weekday)
    }

    /// Reads `08:49:37` to seconds since midnight, and the last of its three numbers.
    fn time(&mut self) -> Option<(i64, i64)> {
        let hours = self.digits(2)?;
        self.one_of(b":")?;
        let minutes = self.digits(2)?;
        self.one_of(b":")?;
        let seconds = self.digits(2)?;
        (hours < 24 && minutes < 60).then_some((hours * 3600 + minutes * 60 + seconds, seconds))
    }

    /// Reads the digits of a fraction, one at least. Those that no double tells apart are passed over.
    fn fraction(&mut self) -> Option<f64> {
        let (mut numerator, mut denominator) = (self.digits(1)? as f64, 10.0);
        while let Some(digit) = self.digits(1) {
            if denominator < 1e15 {
                numerator = numerator * 10.0 + digit as f64;
                denominator *= 10.0;
            }
        }
        Some(numerator / denominator)
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let mut number = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            number = number * 10 + i64::from(digit - b'0');
        }
        self.0 = rest;
        Some(number)
    }

    /// Takes the next byte if it is one of these.
    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !bytes.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    /// Takes one of some names of three letters, and gives its place among them.
    fn name(&mut self, names: &[u8]) -> Option<i64> {
        let (name, rest) = self.0.split_at_checked(3)?;
        let place = names.chunks(3).position(|known| known == name)?;
        self.0 = rest;
        i64::try_from(place).ok()
    }
}

/// Returns the seconds of a time whose last two digits are these; 60 only where a leap second may be, at the end of a day
/// in UTC. It counts as the second that follows.
fn seconds(time: i64, last: i64) -> Option<f64> {
    let is_possible = last < 60 || last == 60 && time.rem_euclid(SECONDS_A_DAY) == 0;
    is_possible.then_some(time as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_rfc_3339_has() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("1985-04-12T23:20:50.52Z", Some(482_196_050.52)),
            ("1996-12-19T16:39:57-08:00", Some(851_042_397.0)),
            ("1990-12-31T23:59:60Z", Some(662_688_000.0)),
            ("1990-12-31T15:59:60-08:00", Some(662_688_000.0)),
            ("1937-01-01T12:00:27.87+00:20", Some(-1_041_337_172.13)),
            ("2026-01-05T08:00:00.123456789Z", Some(1_767_600_000.123_456_8)),
            ("2026-01-05t08:00:00z", Some(1_767_600_000.0)),
            ("2026-01-05 08:00:00-00:00", Some(1_767_600_000.0)),
            ("2026-01-05", Some(1_767_571_200.0)),
            ("0000-01-01T00:00:00Z", Some(-62_167_219_200.0)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799.0)),
            ("2000-02-29", Some(951_782_400.0)),
            ("2024-02-29", Some(1_709_164_800.0)),
            ("1900-02-29", None),
            ("2023-02-29", None),
            ("2024-02-30", None),
            ("2024-04-31", None),
            ("2024-00-10", None),
            ("2024-13-10", None),
            ("2024-01-00", None),
            ("2024-01-32", None),
            ("2026-01-05T24:00:00Z", None),
            ("2026-01-05T08:60:00Z", None),
            ("2026-01-05T08:00:60Z", None),
            ("2026-01-05T23:59:61Z", None),
            ("2026-01-05T08:00:00", None),
            ("2026-01-05T08:00Z", None),
            ("2026-01-05T08:00:00.Z", None),
            ("2026-01-05T08:00:00,5Z", None),
            ("2026-01-05T08:00:00+24:00", None),
            ("2026-01-05T08:00:00+01:60", None),
            ("2026-01-05T08:00:00+0100", None),
            ("2026-01-05T08:00:00Z ", None),
            (" 2026-01-05", None),
            ("2026-1-5", None),
            ("20260105T080000Z", None),
            ("+02026-01-05", None),
            ("-2026-01-05", None),
            ("1767600000", None),
            ("2026-01-0５", None),
            ("", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(
            read(&format!("1970-01-01T00:00:00.{}Z", "3".repeat(100_000))),
            Some(0.333_333_333_333_333)
        );
    }

    #[test]
    fn reads_the_three_forms_of_a_date_in_http() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777.0)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777.0)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777.0)),
            ("Wed Nov 16 08:49:37 1994", Some(784_975_777.0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0.0)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", Some(-1.0)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199.0)),
            ("Thursday, 01-Jan-70 00:00:00 GMT", Some(0.0)),
            ("Tuesday, 31-Dec-69 00:00:00 GMT", Some(3_155_673_600.0)),
            ("Sat, 31 Dec 2016 23:59:60 GMT", Some(1_483_228_800.0)),
            ("Mon, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT ", None),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("Sun, 6 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Noo 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 94 08:49:37 GMT", None),
            ("Sun, 06-Nov-94 08:49:37 GMT", None),
            ("Sunday, 06 Nov 1994 08:49:37 GMT", None),
            ("Sunday Nov  6 08:49:37 1994", None),
            ("Sun Nov 06 8:49:37 1994", None),
            ("Thu, 30 Feb 2024 00:00:00 GMT", None),
            ("06 Nov 1994 08:49:37 GMT", None),
            ("Sun", None),
            ("soon", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read_http("2026-01-05"), None);
    }

    #[test]
    fn writes_milliseconds_where_there_are_some() {
        for (seconds, expected) in [
            (0.0, Some("1970-01-01T00:00:00Z")),
            (1_767_600_000.0, Some("2026-01-05T08:00:00Z")),
            (1_767_600_000.5, Some("2026-01-05T08:00:00.500Z")),
            (1_767_600_000.007, Some("2026-01-05T08:00:00.007Z")),
            (1_767_600_000.999_6, Some("2026-01-05T08:00:01Z")),
            (-0.001, Some("1969-12-31T23:59:59.999Z")),
            (951_782_400.0, Some("2000-02-29T00:00:00Z")),
            (-62_167_219_200.0, Some("0000-01-01T00:00:00Z")),
            (253_402_300_799.0, Some("9999-12-31T23:59:59Z")),
            (253_402_300_799.999_6, None),
            (-62_167_219_201.0, None),
            (1e300, None),
            (-1e300, None),
        ] {
            assert_eq!(write(seconds).as_deref(), expected, "{seconds}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(milliseconds in -62_167_219_200_000_i64..253_402_300_800_000) {
            let seconds = milliseconds as f64 / 1000.0;
            prop_assert_eq!(read(&write(seconds).unwrap()), Some(seconds));
        }

        #[test]
        fn each_day_is_the_one_after_that_before_it(day in -719_528_i64..2_932_896) {
            let (year, month, of_month) = date(day);
            prop_assert_eq!(days(year, month, of_month), Some(day));
            let next = date(day + 1);
            prop_assert!(next == (year, month, of_month + 1) || next.2 == 1 && of_month >= 28);
            let (leap_days, shift) = (i64::from(year % 4 == 0), i64::from(year % 100 == 0 && year % 400 != 0));
            let length = [31, 28 + leap_days - shift, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            let month = usize::try_from(month - 1).unwrap();
            prop_assert_eq!(next.2 == 1, of_month == length[month]);
        }
    }
}
