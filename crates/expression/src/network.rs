//! Addresses and ranges of networks: RFC 4291, RFC 4632.

use crate::text::{find, split};

/// The bits before those of an IPv4 address that is written as one of IPv6.
const MAPPED: u32 = 96;

/// Returns whether an address lies in a range such as `10.0.0.0/8` or `2001:db8::/32`.
///
/// What the range has behind its prefix does not count. An IPv4 address that is written as one of IPv6
/// (`::ffff:10.0.0.1`) is that of IPv4, and so is a range of such. An address is in no range of the other family.
pub(crate) fn is_in(address: &[u8; 16], range: &Range) -> bool {
    let is_of_family = is_mapped(address) == (is_mapped(&range.start) && range.prefix >= MAPPED);
    let mut rest = range.prefix;
    let mut is_equal = true;
    for (byte, start) in address.iter().zip(&range.start) {
        let ignored = 8 - rest.min(8);
        is_equal = is_equal && (u32::from(byte ^ start) >> ignored) == 0;
        rest = rest.saturating_sub(8);
    }
    is_of_family && is_equal
}

/// All addresses that begin with the same bits.
pub(crate) struct Range {
    start: [u8; 16],
    prefix: u32,
}

/// Reads an address of either family, as one of IPv6. `None` where the text is none; a zone (`%eth0`) is no part of one.
///
/// The standard library's does the same, and takes three times as much WebAssembly.
pub(crate) fn read_address(text: &str) -> Option<[u8; 16]> {
    if find(text, b":").is_none() {
        let mut bytes = vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
        push_dotted(text, &mut bytes)?;
        return bytes.try_into().ok();
    }
    let mut bytes = Vec::new();
    // Where `::` stands for zeros.
    let mut gap = None;
    let mut rest = text;
    if let Some(after) = rest.strip_prefix("::") {
        (gap, rest) = (Some(0), after);
    }
    while !rest.is_empty() {
        let (group, after) = split(rest, find(rest, b":").unwrap_or(rest.len()));
        if find(group, b".").is_some() && after.is_empty() {
            push_dotted(group, &mut bytes)?;
            break;
        }
        let group = number(group, 16, 4)?;
        bytes.extend_from_slice(group.to_be_bytes().get(2..)?);
        rest = after;
        if let Some(after) = rest.strip_prefix("::") {
            if gap.replace(bytes.len()).is_some() {
                return None;
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix(':') {
            number(after.get(..1)?, 16, 1)?;
            rest = after;
        }
    }
    let missing = 16_usize.checked_sub(bytes.len())?;
    let at = gap.unwrap_or(bytes.len());
    // A gap is a group at least.
    if (missing == 0) == gap.is_some() {
        return None;
    }
    for _ in 0..missing {
        bytes.insert(at, 0);
    }
    bytes.try_into().ok()
}

/// Reads four decimal numbers between dots, and adds each as a byte.
fn push_dotted(text: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let mut rest = text;
    for last in [false, false, false, true] {
        let (part, after) = split(rest, find(rest, b".").unwrap_or(rest.len()));
        let is_plain = part.len() == 1 || !part.starts_with('0');
        bytes.push(u8::try_from(number(part, 10, 3).filter(|_| is_plain)?).ok()?);
        if last {
            return after.is_empty().then_some(());
        }
        rest = after.get(1..)?;
    }
    None
}

/// Reads a number of one to so many digits.
fn number(digits: &str, radix: u32, most: usize) -> Option<u32> {
    if digits.is_empty() || digits.len() > most {
        return None;
    }
    let mut number = 0;
    for digit in digits.bytes() {
        number = number * radix + char::from(digit).to_digit(radix)?;
    }
    Some(number)
}

/// Reads a range in CIDR notation; `None` where the text is none.
pub(crate) fn read_range(text: &str) -> Option<Range> {
    let (address, prefix) = split(text, find(text, b"/")?);
    let start = read_address(address)?;
    let before = if find(address, b":").is_some() { 0 } else { MAPPED };
    let digits = prefix.get(1..)?;
    let is_plain = digits.len() == 1 || !digits.starts_with('0');
    let mut prefix = number(digits, 10, 3)?;
    prefix += before;
    (is_plain && prefix <= 128).then_some(Range { start, prefix })
}

fn is_mapped(address: &[u8; 16]) -> bool {
    address.starts_with(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    fn in_range(address: &str, range: &str) -> Option<bool> {
        Some(is_in(&read_address(address)?, &read_range(range)?))
    }

    #[test]
    fn an_address_is_in_the_range_that_begins_as_it_does() {
        for (address, range, expected) in [
            ("10.1.2.3", "10.0.0.0/8", true),
            ("11.1.2.3", "10.0.0.0/8", false),
            ("192.168.1.130", "192.168.1.134/26", true),
            ("192.168.1.127", "192.168.1.134/26", false),
            ("192.168.1.192", "192.168.1.134/26", false),
            ("10.0.0.1", "10.0.0.1/32", true),
            ("10.0.0.2", "10.0.0.1/32", false),
            ("10.0.0.2", "10.0.0.3/31", true),
            ("255.255.255.255", "0.0.0.0/0", true),
            ("128.0.0.0", "0.0.0.0/1", false),
            ("2001:db8:1::1", "2001:db8::/32", true),
            ("2001:db9::1", "2001:DB8:ffff::/32", false),
            ("2001:db8::1", "2001:db8::1/128", true),
            ("2001:db8::2", "2001:db8::1/128", false),
            ("2001:db8:0:0:8000::", "2001:db8::/65", false),
            ("fe80::1", "::/0", true),
            ("::1", "::/127", true),
            // Of the other family.
            ("10.0.0.1", "::/0", false),
            ("::1", "0.0.0.0/0", false),
            ("::10.0.0.1", "10.0.0.0/8", false),
            // IPv4, written as IPv6.
            ("::ffff:10.0.0.1", "10.0.0.0/8", true),
            ("::ffff:a00:1", "10.0.0.0/8", true),
            ("10.0.0.1", "::ffff:10.0.0.0/104", true),
            ("11.0.0.1", "::ffff:10.0.0.0/104", false),
            ("::ffff:10.0.0.1", "::ffff:0:0/96", true),
            ("::ffff:10.0.0.1", "::/0", false),
            ("2001:db8::1", "::ffff:0:0/0", true),
        ] {
            assert_eq!(in_range(address, range), Some(expected), "{address} in {range}");
        }
    }

    #[test]
    fn what_is_no_address_or_range_is_not_read() {
        for text in [
            "",
            "10.0.0",
            "10.0.0.0.1",
            "10.0.0.256",
            "010.0.0.1",
            "10.0.0.1 ",
            "0x0a.0.0.1",
            "167772161",
            "::g",
            ":::",
            "1::2::3",
            "fe80::1%eth0",
            "[::1]",
            "localhost",
            "10.0.0.0/8",
            "::ffff:010.0.0.1",
        ] {
            assert!(read_address(text).is_none(), "{text}");
        }
        for text in [
            "",
            "/8",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "10.0.0.0/8 ",
            "10.0.0.0/8/8",
            "10.0.0/8",
            "10.0.0.0/255.0.0.0",
            "10.0.0.0/4294967304",
            "10.0.0.0/8,11.0.0.0/8",
            "::/129",
            "::/",
            "2001:db8::",
            "10.0.0.0/８",
        ] {
            assert!(read_range(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_the_standard_library_does(text in "([0-9a-f]{0,2}[:.]{1,2}){0,8}[0-9a-f]{0,4}|(::)?(ffff:)?([0-9]{1,3}\\.){3}[0-9]{1,3}|[0-9a-f:.]{0,12}") {
            let theirs = text.parse().ok().map(|address| match address {
                IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
                IpAddr::V6(address) => address.octets(),
            });
            prop_assert_eq!(read_address(&text), theirs, "{}", text);
        }

        #[test]
        fn reads_what_the_standard_library_writes(bytes in any::<[u8; 16]>(), zeros in any::<u16>()) {
            let mut bytes = bytes;
            for (index, byte) in bytes.iter_mut().enumerate() {
                if zeros & (1 << (index & 14)) != 0 {
                    *byte = 0;
                }
            }
            prop_assert_eq!(read_address(&Ipv6Addr::from(bytes).to_string()), Some(bytes));
        }

        #[test]
        fn is_what_integers_say(address in any::<u32>(), flip in 0..32_u32, prefix in 0..=32_u32) {
            let other = address ^ (1 << flip);
            let range = format!("{}/{prefix}", Ipv4Addr::from(address));
            // The first bit that differs is so many from the left.
            let expected = prefix <= 31 - flip;
            prop_assert_eq!(in_range(&Ipv4Addr::from(other).to_string(), &range), Some(expected));
        }

        #[test]
        fn is_so_for_long_addresses_too(address in any::<u128>(), flip in 0..128_u32, prefix in 0..=128_u32) {
            let other = address ^ (1 << flip);
            let range = format!("{}/{prefix}", Ipv6Addr::from(address));
            let expected = prefix <= 127 - flip;
            prop_assert_eq!(in_range(&Ipv6Addr::from(other).to_string(), &range), Some(expected));
        }
    }
}
