//! Points in time as text, and back: RFC 3339, and the dates of HTTP (RFC 9110 §5.6.7).
//!
//! Written here: crates for dates bring time zones, calendars and formats, tens of kilobytes of WebAssembly.

use crate::text::decimal;

/// The seconds of a day.
const DAY: i32 = 86_400;
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
/// The days of the week from that of the first of January 1970.
const WEEKDAYS: &[u8] = b"ThuFriSatSunMonTueWed";

/// Reads a point in time of RFC 3339, or an HTTP date, to seconds since 1970, with their fraction. `None` where the text
/// is neither. A date of RFC 3339 alone is its midnight in UTC.
pub fn read(text: &str) -> Option<f64> {
    let Some(([year, month, day, ..], rest)) = scan(text.as_bytes(), b"4-2-2") else {
        return read_http(text);
    };
    let date = [year, month, day];
    let [between, rest @ ..] = rest else { return seconds(date, [0; 3], 0) };
    let ([hours, minutes, whole, ..], mut rest) = scan(rest, b"2:2:2")?;
    if !matches!(between, b'T' | b't' | b' ') {
        return None;
    }
    // Digits that no double tells apart are passed over.
    let (mut numerator, mut denominator) = (0.0, 1.0);
    if let [b'.', digits @ ..] = rest {
        rest = digits;
        while let [digit @ b'0'..=b'9', digits @ ..] = rest {
            if denominator < 1e15 {
                numerator = numerator * 10.0 + f64::from(digit - b'0');
                denominator *= 10.0;
            }
            rest = digits;
        }
        if digits.len() == rest.len() {
            return None;
        }
    }
    let offset = match rest {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let ([hours, minutes, ..], b"") = scan(rest, b"2:2")? else { return None };
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 60 + minutes;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    Some(seconds(date, [hours, minutes, whole], offset)? + numerator / denominator)
}

/// Reads an HTTP date, of any of its three forms, to seconds since 1970. `None` where the text is none.
///
/// A year of two digits is one of 1970 to 2069, since there is no clock to count from. A day of the week that is not
/// that of the date makes it none.
pub fn read_http(text: &str) -> Option<f64> {
    let read = |pattern| scan(text.as_bytes(), pattern).filter(|(_, rest)| rest.is_empty());
    let (date, weekday, time) =
        if let Some(([weekday, day, month, year, time @ ..], _)) = read(b"w, 2 m 4 2:2:2 GMT") {
            ([year, month, day], weekday, time)
        } else if let Some(([weekday, day, month, year, time @ ..], _)) = read(b"wd, 2-m-2 2:2:2 GMT") {
            ([(year + 30) % 100 + 1970, month, day], weekday, time)
        } else {
            let (fields, _) = read(b"w m 2 2:2:2 4").or_else(|| read(b"w m  1 2:2:2 4"))?;
            let [weekday, month, day, hours, minutes, seconds, year] = fields;
            ([year, month, day], weekday, [hours, minutes, seconds])
        };
    let is_weekday = days(date)?.rem_euclid(7) + 1 == weekday;
    seconds(date, time, 0).filter(|_| is_weekday)
}

/// Writes seconds since 1970 as RFC 3339 has it, in UTC, rounded to milliseconds; these only where there are some.
/// `None` where the year has not four digits.
pub fn write(seconds: f64) -> Option<String> {
    if !(-62_167_219_200.0..253_402_300_799.999_5).contains(&seconds) {
        return None;
    }
    let milliseconds = (seconds * 1000.0 + 0.5).floor();
    let days = (milliseconds / (f64::from(DAY) * 1000.0)).floor();
    #[expect(clippy::cast_possible_truncation, reason = "both are whole, and of these years")]
    let (days, of_day) = (days as i32, (milliseconds - days * f64::from(DAY) * 1000.0) as i32);
    let [year, month, day] = date(days);
    let whole = of_day / 1000;
    let mut text = String::new();
    for (before, number, digits) in [
        ("", year, 4),
        ("-", month, 2),
        ("-", day, 2),
        ("T", whole / 3600, 2),
        (":", whole / 60 % 60, 2),
        (":", whole % 60, 2),
        (".", of_day % 1000, 3),
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

/// Returns the days from 1970 to a date; `None` where there is no such date.
fn days([year, month, day]: [i32; 3]) -> Option<i32> {
    let months = year * 12 + month - 1;
    let first = first_of(months);
    let exists = (1..=12).contains(&month) && day > 0 && day <= first_of(months + 1) - first;
    exists.then_some(first + day - 1)
}

/// Returns the year, month and day, so many days from 1970.
fn date(days: i32) -> [i32; 3] {
    // A month has 30.44 days on average, so that this is not too late, and seldom early by more than a few.
    let mut months = (days + 719_528) * 100 / 3045 - 1;
    while first_of(months + 1) <= days {
        months += 1;
    }
    [months / 12, months % 12 + 1, days - first_of(months) + 1]
}

/// Returns the days from 1970 to the first of a month, these counted from the year 0.
fn first_of(months: i32) -> i32 {
    // Years begin in March here, so that the day that comes every four years is their last. Four centuries more are
    // always as many days, and keep what is divided above zero.
    let months = months + 4_798;
    let (years, month) = (months / 12, months % 12);
    years * 365 + years / 4 - years / 100 + years / 400 + (153 * month + 2) / 5 - 865_565
}

/// Returns the seconds from 1970 to a date and a time at so many minutes from UTC. There are 60 seconds only where a leap
/// second may be, at the end of a day in UTC; it counts as the second that follows.
fn seconds(date: [i32; 3], [hours, minutes, seconds]: [i32; 3], offset: i32) -> Option<f64> {
    let of_day = (hours * 60 + minutes - offset) * 60 + seconds;
    let is_time = hours < 24 && minutes < 60 && (seconds < 60 || seconds == 60 && of_day % DAY == 0);
    let days = days(date).filter(|_| is_time)?;
    Some(f64::from(days) * f64::from(DAY) + f64::from(of_day))
}

/// Reads the fields of a pattern from the front of a text, and returns the rest. `1`, `2` and `4` are so many digits; `m` and
/// `w` are a month and a day of the week by three letters, from 1, and `d` the rest of the latter's name, which is no
/// field; what else there is stands for itself.
fn scan<'t>(mut text: &'t [u8], pattern: &[u8]) -> Option<([i32; 7], &'t [u8])> {
    let mut fields = [0; 7];
    let mut free = fields.iter_mut();
    for part in pattern {
        let length = match part {
            b'1' | b'2' | b'4' => usize::from(part - b'0'),
            b'm' | b'w' => 3,
            b'd' => text.iter().position(|byte| *byte == b',')?,
            _ => 1,
        };
        let (taken, rest) = text.split_at_checked(length)?;
        text = rest;
        let field = match part {
            b'1' | b'2' | b'4' => number(taken)?,
            b'm' => place(MONTHS, taken)?,
            b'w' => place(WEEKDAYS, taken)?,
            b'd' if taken.ends_with(b"day") => continue,
            b'd' => return None,
            literal if taken == [*literal] => continue,
            _ => return None,
        };
        *free.next()? = field;
    }
    Some((fields, text))
}

fn number(digits: &[u8]) -> Option<i32> {
    let mut number = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i32::from(digit - b'0');
    }
    Some(number)
}

fn place(names: &[u8], sought: &[u8]) -> Option<i32> {
    i32::try_from(names.chunks(3).position(|name| name == sought)? + 1).ok()
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
        fn each_day_is_the_one_after_that_before_it(day in -719_528..2_932_896) {
            let [year, month, of_month] = date(day);
            prop_assert_eq!(days([year, month, of_month]), Some(day));
            let next = date(day + 1);
            prop_assert!(next == [year, month, of_month + 1] || next[2] == 1 && of_month >= 28);
            let (leap_days, shift) = (i32::from(year % 4 == 0), i32::from(year % 100 == 0 && year % 400 != 0));
            let length = [31, 28 + leap_days - shift, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            let month = usize::try_from(month - 1).unwrap();
            prop_assert_eq!(next[2] == 1, of_month == length[month]);
        }
    }
}
