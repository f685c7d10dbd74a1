//! A serde `Deserializer` for values.

use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{Misfit, MisfitKind};
use crate::text::{concat, decimal};
use crate::{Map, Number, Value};

/// Reads a value as a type.
///
/// # Errors
/// Where it does not fit: its place, and what was expected there. An integer beyond 2^53 − 1 is an error too, and so is a
/// part that could not be read, if the type has a place for it.
pub fn read<'de, T: Deserialize<'de>>(value: &Value) -> Result<T, Misfit> {
    T::deserialize(Reader(value))
}

/// Messages name what was expected and never what is there: they go to logs.
impl Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Misfit {
        Misfit { kind: MisfitKind::Type, path: String::new(), message: message.to_string() }
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Misfit {
        misfit(expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Misfit {
        misfit(expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Misfit {
        let known = crate::text::join(expected.iter().copied(), "`, `");
        Misfit::new(MisfitKind::Type, &concat(&["one of `", &known, "` is expected"]))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Misfit {
        Misfit::new(MisfitKind::Type, "a member is not known")
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Misfit {
        misfit(expected)
    }

    // The default would bring along what formats. A map has no name twice; an alias may stand beside its name.
    fn duplicate_field(name: &'static str) -> Misfit {
        Misfit::new(MisfitKind::Type, &concat(&["the member `", name, "` stands there twice"]))
    }

    fn missing_field(name: &'static str) -> Misfit {
        Misfit::new(MisfitKind::Type, &concat(&["the member `", name, "` is missing"]))
    }
}

fn misfit(expected: &dyn Expected) -> Misfit {
    Misfit::new(MisfitKind::Type, &concat(&[&expected.to_string(), " is expected"]))
}

/// Lets methods of a `Deserializer` do what another one does.
macro_rules! forward_to {
    ($to:ident: $($from:ident)*) => {$(
        fn $from<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            self.$to(visitor)
        }
    )*};
}

#[derive(Clone, Copy)]
struct Reader<'a>(&'a Value);

impl Reader<'_> {
    /// Returns the error of a value of another kind.
    fn unfit(self, expected: &dyn Expected) -> Misfit {
        if self.0.is_unavailable() { unavailable() } else { misfit(expected) }
    }
}

fn unavailable() -> Misfit {
    Misfit::new(MisfitKind::Unavailable, "this could not be read")
}

fn read_items<'de, V: Visitor<'de>>(items: &[Value], visitor: V) -> Result<V::Value, Misfit> {
    let mut rest = Items { items, next: 0 };
    let read = visitor.visit_seq(&mut rest)?;
    if rest.next == items.len() {
        Ok(read)
    } else {
        Err(Misfit::new(MisfitKind::Type, "fewer items are expected"))
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Unavailable(_) => Err(unavailable()),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => read_number(number, visitor),
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => read_items(items, visitor),
            Value::Object(members) => visitor.visit_map(Members { members, next: 0 }),
        }
    }

    // Each of these takes one kind of value: by way of `deserialize_any` a type would carry the code for all of them.

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(*value),
            _ => Err(self.unfit(&visitor)),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Number(number) => read_number(number, visitor),
            _ => Err(self.unfit(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::String(text) => visitor.visit_str(text),
            _ => Err(self.unfit(&visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Array(items) => read_items(items, visitor),
            _ => Err(self.unfit(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Object(members) => visitor.visit_map(Members { members, next: 0 }),
            _ => Err(self.unfit(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    forward_to! { deserialize_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i128 deserialize_u8
    deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 }
    forward_to! { deserialize_str: deserialize_char deserialize_string deserialize_identifier }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let (name, content) = match self.0 {
            Value::String(name) => (name, None),
            Value::Object(members) => match (members.len(), members.iter().next()) {
                (1, Some((name, content))) => (name, Some(content)),
                _ => return Err(misfit(&"an object of one member")),
            },
            Value::Unavailable(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                return Err(self.unfit(&visitor));
            }
        };
        visitor.visit_enum(Variant { name, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bytes byte_buf unit unit_struct }
}

fn read_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Misfit> {
    if number.is_unsafe_integer() {
        return Err(Misfit::unsafe_integer());
    }
    let value = number.as_f64();
    if !number.is_integer() {
        return visitor.visit_f64(value);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and safe")]
    visitor.visit_i64(value as i64)
}

struct Items<'a> {
    items: &'a [Value],
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let index = self.next;
        let Some(item) = self.items.get(index) else { return Ok(None) };
        self.next += 1;
        let read = seed.deserialize(Reader(item));
        read.map(Some).map_err(|misfit| misfit.within(&concat(&["[", &decimal(index), "]"])))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

struct Members<'a> {
    members: &'a Map,
    next: usize,
}

impl<'a> Members<'a> {
    fn current(&self) -> Option<(&'a str, &'a Value)> {
        self.members.at(self.next).map(|(name, value)| (&**name, value))
    }
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let Some((name, _)) = self.current() else { return Ok(None) };
        seed.deserialize(Key(name)).map(Some).map_err(|misfit| misfit.within(name))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Misfit> {
        let Some((name, value)) = self.current() else { return Err(misfit(&"a member")) };
        self.next += 1;
        seed.deserialize(Reader(value)).map_err(|misfit| misfit.within(name))
    }
}

/// The name of a member. Types may have numbers and booleans there.
struct Key<'a>(&'a str);

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => visitor.visit_str(self.0),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match Number::from_text(self.0) {
            Some(number) => read_number(&number, visitor),
            None => visitor.visit_str(self.0),
        }
    }

    forward_to! { deserialize_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_u8 deserialize_u16
    deserialize_u32 deserialize_u64 }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_enum(Variant { name: self.0, content: None })
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

struct Variant<'a> {
    name: &'a str,
    content: Option<&'a Value>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Misfit;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), Misfit> {
        Ok((seed.deserialize(Key(self.name))?, Content(self)))
    }
}

struct Content<'a>(Variant<'a>);

impl Content<'_> {
    /// Reads what stands under the name of the variant.
    fn read<T>(self, read: impl FnOnce(Reader<'_>) -> Result<T, Misfit>) -> Result<T, Misfit> {
        let Variant { name, content } = self.0;
        let content = content.ok_or_else(|| misfit(&"an object of one member"))?;
        read(Reader(content)).map_err(|misfit| misfit.within(name))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        match self.0.content {
            None | Some(Value::Null) => Ok(()),
            Some(_) => self.read(|_| Err(misfit(&"null"))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misfit> {
        self.read(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.read(|reader| reader.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.read(|reader| reader.deserialize_map(visitor))
    }
}
