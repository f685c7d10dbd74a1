//! Doubles from decimal digits and back, exactly.
//!
//! The standard library does both faster, with tables and fallbacks that cost 35 kB of WebAssembly, more
//! than all of JMESPath. Here the few numbers that need care pay with time instead: a number of up to 15
//! digits takes one multiplication, any other is settled by exact arithmetic on large integers.

use std::cmp::Ordering;

/// Digits past these cannot change the nearest double; that there are any still can.
const MAX_DIGITS: usize = 800;

/// Powers of ten that a double holds exactly end here.
const MAX_EXACT_POWER: i32 = 22;

/// Reads a number in JSON's grammar, rounded to the nearest double, halves to the even one. What is too
/// large becomes an infinity. Text outside the grammar gives no meaningful number.
pub(crate) fn parse(text: &str) -> f64 {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let mut digits = Vec::new();
    let mut exponent = 0_i32;
    let mut in_fraction = false;
    let mut bytes = text.bytes();
    for byte in bytes.by_ref() {
        match byte {
            b'0'..=b'9' => {
                let is_leading_zero = byte == b'0' && digits.is_empty();
                exponent = exponent.saturating_sub(i32::from(in_fraction));
                if is_leading_zero {
                    continue;
                }
                if digits.len() < MAX_DIGITS {
                    digits.push(byte - b'0');
                } else {
                    exponent = exponent.saturating_add(1);
                    if byte != b'0' && digits.len() == MAX_DIGITS {
                        // Stands for all the digits that were cut.
                        digits.push(1);
                        exponent = exponent.saturating_sub(1);
                    }
                }
            }
            b'.' => in_fraction = true,
            _ => break,
        }
    }
    sign * from_digits(&digits, exponent.saturating_add(parse_exponent(bytes)))
}

/// The shortest decimal digits that read back as the same double. Never an exponent.
///
/// At the border between two powers of two there may be one digit more than the fewest.
pub(crate) fn write(value: f64) -> String {
    let mut text = String::new();
    if value < 0.0 {
        text.push('-');
    }
    let value = value.abs();
    if value == 0.0 {
        text.push('0');
        return text;
    }
    let (digits, point) = shortest_digits(value);
    // `point` counts the digits before the decimal point, and may lie outside them.
    if point <= 0 {
        text.push_str("0.");
        for _ in point..0 {
            text.push('0');
        }
    }
    let mut position = 0;
    for digit in digits {
        if position == point && position > 0 {
            text.push('.');
        }
        text.push(char::from(b'0' + digit));
        position += 1;
    }
    for _ in position..point {
        text.push('0');
    }
    text
}

fn parse_exponent(bytes: impl Iterator<Item = u8>) -> i32 {
    let mut magnitude = 0_i32;
    let mut is_negative = false;
    for byte in bytes {
        match byte {
            b'-' => is_negative = true,
            b'0'..=b'9' => magnitude = magnitude.saturating_mul(10).saturating_add(i32::from(byte - b'0')),
            _ => {}
        }
    }
    if is_negative { -magnitude } else { magnitude }
}

/// The double nearest to `digits` × 10^`exponent`. The first digit is not 0.
fn from_digits(digits: &[u8], exponent: i32) -> f64 {
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let magnitude = exponent.saturating_add(length);
    if digits.is_empty() || magnitude < -330 {
        return 0.0;
    }
    if magnitude > 310 {
        return f64::INFINITY;
    }
    let guess = digits.iter().take(19).fold(0.0, |value, digit| value * 10.0 + f64::from(*digit));
    let cut = length.saturating_sub(19).max(0);
    let is_exact = length <= 15 && exponent.abs() <= MAX_EXACT_POWER;
    let guess = scale(guess, exponent.saturating_add(cut));
    if is_exact { guess } else { nearest(digits, exponent, guess) }
}

/// `value` × 10^`exponent`: exact for small exponents, and nearly right for others.
fn scale(mut value: f64, exponent: i32) -> f64 {
    let mut remaining = exponent.unsigned_abs();
    while remaining > 0 {
        let step = remaining.min(MAX_EXACT_POWER.unsigned_abs());
        let power = (0..step).fold(1.0, |power, _| power * 10.0);
        value = if exponent < 0 { value / power } else { value * power };
        remaining -= step;
    }
    value
}

/// Walks from a guess to the double nearest to `digits` × 10^`exponent`, comparing exactly with the
/// middle between neighbours.
fn nearest(digits: &[u8], exponent: i32, guess: f64) -> f64 {
    let mut bits = guess.min(f64::MAX).to_bits();
    loop {
        match compare_with_middle_above(digits, exponent, bits) {
            // Past the middle to the next double: that one is nearer.
            Ordering::Greater => bits += 1,
            Ordering::Equal => return f64::from_bits(bits + (bits & 1)),
            Ordering::Less => {
                if bits == 0 {
                    return 0.0;
                }
                match compare_with_middle_above(digits, exponent, bits - 1) {
                    Ordering::Greater => return f64::from_bits(bits),
                    Ordering::Equal => return f64::from_bits(bits - (bits & 1)),
                    Ordering::Less => bits -= 1,
                }
            }
        }
        if f64::from_bits(bits).is_infinite() {
            return f64::INFINITY;
        }
    }
}

/// Compares `digits` × 10^`exponent` with the middle between a double and the next larger one.
fn compare_with_middle_above(digits: &[u8], exponent: i32, bits: u64) -> Ordering {
    let (significand, power) = decompose(bits);
    let mut left = Large::from_digits(digits);
    let mut right = Large::from_u64(2 * significand + 1);
    let power = power - 1;
    if exponent >= 0 {
        left.multiply_by_power(10, exponent.unsigned_abs());
    } else {
        right.multiply_by_power(10, exponent.unsigned_abs());
    }
    if power >= 0 {
        right.multiply_by_power(2, power.unsigned_abs());
    } else {
        left.multiply_by_power(2, power.unsigned_abs());
    }
    left.compare(&right)
}

/// The digits of the shortest decimal that reads back as `value`, and where its point is.
fn shortest_digits(value: f64) -> (Vec<u8>, i32) {
    let (digits, point) = exact_digits(value);
    for count in 1..=17 {
        let (mut rounded, carried) = round_digits(&digits, count);
        let point = point + i32::from(carried);
        let length = i32::try_from(rounded.len()).unwrap_or(0);
        if from_digits(&rounded, point - length) == value {
            while rounded.last() == Some(&0) {
                rounded.pop();
            }
            return (rounded, point);
        }
    }
    (digits, point)
}

/// All decimal digits of a positive double, and how many of them stand before the point.
fn exact_digits(value: f64) -> (Vec<u8>, i32) {
    let (significand, power) = decompose(value.to_bits());
    let mut number = Large::from_u64(significand);
    if power >= 0 {
        number.multiply_by_power(2, power.unsigned_abs());
    } else {
        // m / 2^k = m × 5^k / 10^k: the digits of m × 5^k, with the point moved.
        number.multiply_by_power(5, power.unsigned_abs());
    }
    let digits = number.into_digits();
    let length = i32::try_from(digits.len()).unwrap_or(0);
    (digits, length + power.min(0))
}

/// The first `count` digits, rounded; and whether a carry made a digit more in front.
fn round_digits(digits: &[u8], count: usize) -> (Vec<u8>, bool) {
    let mut rounded: Vec<u8> = digits.iter().take(count).copied().collect();
    let rest = digits.get(count..).unwrap_or_default();
    let is_odd = rounded.last().is_some_and(|digit| digit % 2 == 1);
    let rounds_up = match rest {
        [5] => is_odd,
        [first, ..] => *first >= 5,
        [] => false,
    };
    if !rounds_up {
        return (rounded, false);
    }
    for digit in rounded.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return (rounded, false);
        }
        *digit = 0;
    }
    // All nines: 999 becomes 1 with the point one further.
    (vec![1], true)
}

/// A positive double as `significand` × 2^`power`.
fn decompose(bits: u64) -> (u64, i32) {
    let fraction = bits & ((1 << 52) - 1);
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) }
}

/// A large whole number, 32 bits a limb, the least first, no zero limb at the end.
struct Large(Vec<u32>);

impl Large {
    fn from_u64(value: u64) -> Large {
        let (low, high) = split(value);
        let mut number = Large(vec![low, high]);
        number.trim();
        number
    }

    fn from_digits(digits: &[u8]) -> Large {
        let mut number = Large(Vec::new());
        for digit in digits {
            number.multiply_add(10, u32::from(*digit));
        }
        number
    }

    fn multiply_by_power(&mut self, base: u32, exponent: u32) {
        // As many factors at a time as fit a limb: each pass goes through the whole number.
        let (mut power, mut count) = (base, 1);
        while let Some(next) = power.checked_mul(base) {
            power = next;
            count += 1;
        }
        for _ in 0..exponent / count {
            self.multiply_add(power, 0);
        }
        for _ in 0..exponent % count {
            self.multiply_add(base, 0);
        }
    }

    fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = summand;
        for limb in &mut self.0 {
            let (low, high) = split(u64::from(*limb) * u64::from(factor) + u64::from(carry));
            *limb = low;
            carry = high;
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    /// The decimal digits, the highest first.
    fn into_digits(mut self) -> Vec<u8> {
        let mut digits = Vec::new();
        while !self.0.is_empty() {
            // Nine digits at a time: each pass goes through the whole number.
            let mut remainder = 0_u64;
            for limb in self.0.iter_mut().rev() {
                let dividend = (remainder << 32) | u64::from(*limb);
                (*limb, _) = split(dividend / 1_000_000_000);
                remainder = dividend % 1_000_000_000;
            }
            self.trim();
            for _ in 0..9 {
                digits.push(u8::try_from(remainder % 10).unwrap_or(0));
                remainder /= 10;
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        digits.reverse();
        digits
    }

    fn compare(&self, other: &Large) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

/// The low and the high half.
fn split(value: u64) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
    (value as u32, (value >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(value: f64) {
        let text = write(value);
        assert_eq!(parse(&text), value, "{text}");
        assert_eq!(text.parse::<f64>().unwrap(), value, "{text}");
        let theirs = value.to_string();
        assert!(text == theirs || text.len() <= theirs.len() + 1, "{text} for {theirs}");
    }

    #[test]
    fn the_edges_of_the_format_survive() {
        for value in [
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            2.225_073_858_507_201e-308,
            9_007_199_254_740_992.0,
            9_007_199_254_740_993.0,
            0.1,
            0.3,
            1.0 / 3.0,
            123_456_789.25,
            99.99,
            1e21,
            1e22,
            1e23,
            -1.5,
        ] {
            check(value);
        }
        for power in (-1074..1024).step_by(7) {
            check(2_f64.powi(power));
        }
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for text in [
            "9007199254740993",
            "9007199254740993.0000000000000000000000000000001",
            "9007199254740995",
            "2.2250738585072011e-308",
            "2.4703282292062327208e-324",
            "2.4703282292062328e-324",
            "1e400",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "0.000e99999999999",
            "1e-99999999999",
            "0",
            "-0",
        ] {
            assert_eq!(parse(text).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
        let long = format!("0.1{}1", "0".repeat(5000));
        assert_eq!(parse(&long), 0.1);
        let half = format!("9007199254740993.{}1", "0".repeat(2000));
        assert_eq!(parse(&half), 9_007_199_254_740_994.0);
        assert_eq!(parse(&"7".repeat(3000)), f64::INFINITY);
        assert_eq!(parse(&format!("{}e-2999", "7".repeat(3000))), 7.777_777_777_777_778);
    }

    proptest! {
        #[test]
        fn every_double_is_written_as_the_standard_library_would(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            check(value);
        }

        #[test]
        fn numbers_that_people_write_are_written_the_same(cents in -1_000_000_000_i64..1_000_000_000, places in 0_i32..6) {
            let value = cents as f64 / 10_f64.powi(places);
            prop_assert_eq!(write(value).trim_start_matches("-0").to_owned(), value.to_string().trim_start_matches("-0").to_owned());
        }

        #[test]
        fn every_text_is_read_as_the_standard_library_does(text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?") {
            prop_assert_eq!(parse(&text).to_bits(), text.parse::<f64>().unwrap().to_bits());
        }
    }
}
