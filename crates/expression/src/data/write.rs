//! A serde `Serializer` that makes values, and values in the types of others.

use std::fmt;
use std::rc::Rc;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{
    Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde::{Deserialize, Serialize};

use super::{Misfit, MisfitKind};
use crate::text::{concat, decimal};
use crate::{Map, Number, Value};

/// Writes what a type holds as a value.
///
/// # Errors
/// Where JSON has no such thing: NaN and the infinities, a key that is no text. An integer beyond 2^53 − 1 is an error too.
pub fn write<T: Serialize + ?Sized>(data: &T) -> Result<Value, Misfit> {
    data.serialize(Writer)
}

impl Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Misfit {
        serde::de::Error::custom(message)
    }
}

struct Writer;

/// Returns a whole number, where a double holds it.
fn whole(value: i128) -> Result<Value, Misfit> {
    #[expect(clippy::cast_precision_loss, reason = "what is rounded is refused")]
    number(value as f64)
}

fn number(value: f64) -> Result<Value, Misfit> {
    match Number::from_f64(value) {
        Some(number) if number.is_unsafe_integer() => Err(Misfit::unsafe_integer()),
        Some(number) => Ok(number.into()),
        None => Err(Misfit::new(MisfitKind::Type, "JSON has no such number")),
    }
}

/// Returns an object of one member: a variant with what it holds.
fn variant(name: &str, content: Value) -> Value {
    Map::from_members(vec![(name.into(), content)]).into()
}

impl Serializer for Writer {
    type Ok = Value;
    type Error = Misfit;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    fn serialize_bool(self, value: bool) -> Result<Value, Misfit> {
        Ok(value.into())
    }

    fn serialize_i8(self, value: i8) -> Result<Value, Misfit> {
        whole(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<Value, Misfit> {
        whole(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<Value, Misfit> {
        whole(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<Value, Misfit> {
        whole(value.into())
    }

    fn serialize_i128(self, value: i128) -> Result<Value, Misfit> {
        whole(value)
    }

    fn serialize_u8(self, value: u8) -> Result<Value, Misfit> {
        whole(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<Value, Misfit> {
        whole(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<Value, Misfit> {
        whole(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<Value, Misfit> {
        whole(value.into())
    }

    fn serialize_u128(self, value: u128) -> Result<Value, Misfit> {
        whole(i128::try_from(value).unwrap_or(i128::MAX))
    }

    fn serialize_f32(self, value: f32) -> Result<Value, Misfit> {
        number(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Value, Misfit> {
        number(value)
    }

    fn serialize_char(self, value: char) -> Result<Value, Misfit> {
        Ok(value.encode_utf8(&mut [0; 4]).to_owned().into())
    }

    fn serialize_str(self, value: &str) -> Result<Value, Misfit> {
        Ok(value.into())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, Misfit> {
        Ok(value.iter().map(|byte| Value::from(*byte)).collect())
    }

    fn serialize_none(self) -> Result<Value, Misfit> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Misfit> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Misfit> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Misfit> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<Value, Misfit> {
        Ok(name.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, Misfit> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Misfit> {
        let content = write(value).map_err(|misfit| misfit.within(name))?;
        Ok(variant(name, content))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, Misfit> {
        Ok(List { items: Vec::new(), variant: None })
    }

    fn serialize_tuple(self, _: usize) -> Result<List, Misfit> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List, Misfit> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<List, Misfit> {
        Ok(List { items: Vec::new(), variant: Some(name) })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object, Misfit> {
        Ok(Object { members: Vec::new(), key: "".into(), variant: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object, Misfit> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Object, Misfit> {
        Ok(Object { members: Vec::new(), key: "".into(), variant: Some(name) })
    }
}

/// An array under way, perhaps of a variant.
struct List {
    items: Vec<Value>,
    variant: Option<&'static str>,
}

impl List {
    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Misfit> {
        let place = self.items.len();
        let placed = |misfit: Misfit| misfit.within(&concat(&["[", &decimal(place), "]"]));
        self.items.push(write(item).map_err(placed)?);
        Ok(())
    }

    fn finish(self) -> Value {
        let items = self.items.into();
        match self.variant {
            Some(name) => variant(name, items),
            None => items,
        }
    }
}

/// An object under way, perhaps of a variant.
struct Object {
    members: Vec<(Rc<str>, Value)>,
    key: Rc<str>,
    variant: Option<&'static str>,
}

impl Object {
    fn set<T: Serialize + ?Sized>(&mut self, name: Rc<str>, value: &T) -> Result<(), Misfit> {
        let value = write(value).map_err(|misfit| misfit.within(&name))?;
        self.members.push((name, value));
        Ok(())
    }

    fn finish(self) -> Value {
        let members = Map::from_members(self.members).into();
        match self.variant {
            Some(name) => variant(name, members),
            None => members,
        }
    }
}

impl SerializeSeq for List {
    type Ok = Value;
    type Error = Misfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Misfit> {
        self.push(item)
    }

    fn end(self) -> Result<Value, Misfit> {
        Ok(self.finish())
    }
}

impl SerializeTuple for List {
    type Ok = Value;
    type Error = Misfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Misfit> {
        self.push(item)
    }

    fn end(self) -> Result<Value, Misfit> {
        Ok(self.finish())
    }
}

impl SerializeTupleStruct for List {
    type Ok = Value;
    type Error = Misfit;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Misfit> {
        self.push(item)
    }

    fn end(self) -> Result<Value, Misfit> {
        Ok(self.finish())
    }
}

impl SerializeTupleVariant for List {
    type Ok = Value;
    type Error = Misfit;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Misfit> {
        self.push(item)
    }

    fn end(self) -> Result<Value, Misfit> {
        Ok(self.finish())
    }
}

impl SerializeMap for Object {
    type Ok = Value;
    type Error = Misfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Misfit> {
        self.key = match write(key)? {
            Value::String(text) => text,
            key @ (Value::Bool(_) | Value::Number(_)) => key.to_json().into(),
            Value::Null | Value::Unavailable(_) | Value::Array(_) | Value::Object(_) => {
                return Err(Misfit::new(MisfitKind::Type, "a key of an object is a text"));
            }
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        self.set(Rc::clone(&self.key), value)
    }

    fn end(self) -> Result<Value, Misfit> {
        Ok(self.finish())
    }
}

impl SerializeStruct for Object {
    type Ok = Value;
    type Error = Misfit;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        self.set(name.into(), value)
    }

    fn end(self) -> Result<Value, Misfit> {
        Ok(self.finish())
    }
}

impl SerializeStructVariant for Object {
    type Ok = Value;
    type Error = Misfit;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Misfit> {
        self.set(name.into(), value)
    }

    fn end(self) -> Result<Value, Misfit> {
        Ok(self.finish())
    }
}

/// # Errors
/// Where a part of it could not be read.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Unavailable(_) => Err(Error::custom("a part of it could not be read")),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => write_number(number, serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => serializer.collect_seq(items.iter()),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (&**name, value)))
            }
        }
    }
}

/// Writes an integer as one where a type of integers holds it.
fn write_number<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    let value = number.as_f64();
    if !number.is_integer() {
        return serializer.serialize_f64(value);
    }
    if !number.is_unsafe_integer() {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and safe")]
        return serializer.serialize_i64(value as i64);
    }
    match number.to_text().parse() {
        Ok(whole) => serializer.serialize_i128(whole),
        Err(_) => serializer.serialize_f64(value),
    }
}

/// An integer beyond 2^53 − 1 is an error, as for any type.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

/// Makes a value, or fails as what cannot be one.
fn made<E: serde::de::Error>(value: Result<Value, Misfit>) -> Result<Value, E> {
    value.map_err(|misfit| E::custom(misfit.message))
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        made(whole(value.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        made(whole(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        made(number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Value>()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut list: Vec<(Rc<str>, Value)> = Vec::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            list.push((name.into(), value));
        }
        Ok(Map::from_members(list).into())
    }
}
