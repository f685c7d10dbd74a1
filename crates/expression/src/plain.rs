//! Compiled expressions, and what holds them, as bytes.
//!
//! Bytes go with one version of the crates that wrote them: nothing in them names a field or a type. Reading never
//! fails on the way: what cannot be read is empty, and [`Input::finish`] tells that it was so. That leaves nearly nothing
//! of it in WebAssembly.
//!
//! serde's derives with postcard do the same, and were measured in the engine of the pasted file: they took 27,300 bytes
//! of WebAssembly, where this takes a quarter (`bench/size.js` watches the whole).

use std::rc::Rc;

/// Data that is written as bytes and read again, by one version of the code.
pub trait Plain: Sized {
    /// Appends it to the bytes.
    fn write(&self, out: &mut Vec<u8>);

    /// Reads it.
    fn read(input: &mut Input<'_>) -> Self;
}

/// Bytes that are read from the front.
#[derive(Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
    is_damaged: bool,
}

impl<'a> Input<'a> {
    /// Makes an input of all of these bytes.
    pub fn new(bytes: &'a [u8]) -> Input<'a> {
        Input { rest: bytes, is_damaged: false }
    }

    /// Returns whether everything was read, and was what it should be.
    pub fn finish(self) -> bool {
        !self.is_damaged && self.rest.is_empty()
    }

    /// Reads the next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else {
            self.damage();
            return 0;
        };
        self.rest = rest;
        *first
    }

    /// Reads the next number, as [`write_number`] writes it.
    pub fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
        }
        self.damage();
        0
    }

    /// Reads the number of items that follow; each takes a byte at least.
    fn count(&mut self) -> usize {
        let count: usize = self.fitting();
        if count > self.rest.len() {
            self.damage();
            return 0;
        }
        count
    }

    /// Reads a number of a narrower type.
    fn fitting<T: TryFrom<u64> + Default>(&mut self) -> T {
        T::try_from(self.number()).unwrap_or_else(|_| {
            self.damage();
            T::default()
        })
    }

    /// Reads the place of an item in a table, as [`write_place`] writes it.
    pub fn item<'t, T>(&mut self, table: &'t [T]) -> Option<&'t T> {
        let item = table.get(self.fitting::<usize>());
        if item.is_none() {
            self.damage();
        }
        item
    }

    pub(crate) fn text(&mut self) -> &'a str {
        let count = self.count();
        let (text, rest) = self.rest.split_at_checked(count).unwrap_or_default();
        self.rest = rest;
        std::str::from_utf8(text).unwrap_or_else(|_| {
            self.damage();
            ""
        })
    }

    /// Notes that something is not what it should be. What follows is empty.
    pub fn damage(&mut self) {
        self.is_damaged = true;
        self.rest = &[];
    }
}

/// Writes a number, seven bits a byte, the lowest first (LEB128).
pub fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Writes the place of an item in a table: of the first one that is it.
pub fn write_place<T>(table: &[T], is_it: impl Fn(&T) -> bool, out: &mut Vec<u8>) {
    table.iter().position(is_it).unwrap_or(table.len()).write(out);
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    write_number(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

impl Plain for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(input: &mut Input<'_>) -> bool {
        input.byte() != 0
    }
}

impl Plain for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        write_number(*self, out);
    }

    fn read(input: &mut Input<'_>) -> u64 {
        input.number()
    }
}

impl Plain for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        write_number(u64::from(*self), out);
    }

    fn read(input: &mut Input<'_>) -> u32 {
        input.fitting()
    }
}

impl Plain for usize {
    fn write(&self, out: &mut Vec<u8>) {
        write_number(*self as u64, out);
    }

    fn read(input: &mut Input<'_>) -> usize {
        input.fitting()
    }
}

/// The sign is the lowest bit, so that small numbers are short (zigzag).
impl Plain for i32 {
    fn write(&self, out: &mut Vec<u8>) {
        ((self << 1) ^ (self >> 31)).cast_unsigned().write(out);
    }

    fn read(input: &mut Input<'_>) -> i32 {
        let number = u32::read(input);
        (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
    }
}

impl Plain for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn read(input: &mut Input<'_>) -> f64 {
        let mut bytes = [0; 8];
        for byte in &mut bytes {
            *byte = input.byte();
        }
        f64::from_le_bytes(bytes)
    }
}

impl Plain for String {
    fn write(&self, out: &mut Vec<u8>) {
        write_text(self, out);
    }

    fn read(input: &mut Input<'_>) -> String {
        input.text().to_owned()
    }
}

impl Plain for Rc<str> {
    fn write(&self, out: &mut Vec<u8>) {
        write_text(self, out);
    }

    fn read(input: &mut Input<'_>) -> Rc<str> {
        input.text().into()
    }
}

impl<T: Plain> Plain for Rc<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (**self).write(out);
    }

    fn read(input: &mut Input<'_>) -> Rc<T> {
        Rc::new(T::read(input))
    }
}

impl<T: Plain> Plain for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (**self).write(out);
    }

    fn read(input: &mut Input<'_>) -> Box<T> {
        Box::new(T::read(input))
    }
}

impl<T: Plain> Plain for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        self.iter().for_each(|value| value.write(out));
    }

    fn read(input: &mut Input<'_>) -> Option<T> {
        bool::read(input).then(|| T::read(input))
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        self.iter().for_each(|item| item.write(out));
    }

    fn read(input: &mut Input<'_>) -> Vec<T> {
        let count = input.count();
        // Where it is damaged, what follows is empty, and need not be made.
        let mut items = Vec::new();
        while items.len() < count && !input.is_damaged {
            items.push(T::read(input));
        }
        items
    }
}

impl<A: Plain, B: Plain> Plain for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(input: &mut Input<'_>) -> (A, B) {
        (A::read(input), B::read(input))
    }
}

/// Writes and reads a struct by its fields, in this order.
#[macro_export]
macro_rules! plain_struct {
    ($name:ident { $($field:tt),+ $(,)? }) => {
        impl $crate::plain::Plain for $name {
            fn write(&self, out: &mut Vec<u8>) {
                $($crate::plain::Plain::write(&self.$field, out);)+
            }

            fn read(input: &mut $crate::plain::Input<'_>) -> $name {
                $name { $($field: $crate::plain::Plain::read(input)),+ }
            }
        }
    };
}

/// Writes and reads an enum: a byte for the variant, then its parts. The value behind `else` stands for what cannot be
/// read.
#[macro_export]
macro_rules! plain_enum {
    ($name:ident { $($byte:literal => $variant:ident $(($($part:ident),+))?),+ $(,)? } else $unread:expr) => {
        impl $crate::plain::Plain for $name {
            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $($name::$variant $(($($part),+))? => {
                        out.push($byte);
                        $($($crate::plain::Plain::write($part, out);)+)?
                    })+
                }
            }

            fn read(input: &mut $crate::plain::Input<'_>) -> $name {
                match input.byte() {
                    $($byte => {
                        $($(let $part = $crate::plain::Plain::read(input);)+)?
                        $name::$variant $(($($part),+))?
                    })+
                    _ => {
                        input.damage();
                        $unread
                    }
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again<T: Plain>(value: &T) -> T {
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        let mut input = Input::new(&bytes);
        let read = T::read(&mut input);
        assert!(input.finish());
        read
    }

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(again(&number), number);
        }
        for number in [0, -1, 1, 63, -64, 64, i32::MAX, i32::MIN] {
            assert_eq!(again(&number), number);
        }
        assert_eq!(again(&-0.5_f64).to_bits(), (-0.5_f64).to_bits());
    }

    #[test]
    fn what_no_type_or_table_holds_is_damaged() {
        let mut bytes = Vec::new();
        write_number(u64::from(u32::MAX) + 1, &mut bytes);
        let mut input = Input::new(&bytes);
        assert_eq!(u32::read(&mut input), 0);
        assert!(!input.finish());
        let mut input = Input::new(&[2]);
        assert_eq!(input.item(&["a", "b"]), None);
        assert!(!input.finish());
        let mut bytes = Vec::new();
        write_place(&["a", "b"], |item| *item == "b", &mut bytes);
        assert_eq!(Input::new(&bytes).item(&["a", "b"]), Some(&"b"));
    }

    #[test]
    fn a_list_that_says_it_is_longer_than_what_follows_is_damaged() {
        let mut bytes = Vec::new();
        write_number(u64::MAX, &mut bytes);
        let mut input = Input::new(&bytes);
        assert!(Vec::<String>::read(&mut input).is_empty());
        assert!(!input.finish());
    }
}
