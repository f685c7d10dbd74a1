//! The members of an object.
//!
//! `BTreeMap` would do the same; it costs 15 kB of WebAssembly for each pair of types. This map is
//! built once and then read, so a sorted list serves it better.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::{IS_FAST, Value, plain_struct};

/// So many members are put in their places one by one.
const FEW: usize = 16;

/// The members of an object, in the order of their names. A name occurs once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    members: Vec<(Rc<str>, Value)>,
}

impl Map {
    /// Returns a map without members.
    pub fn new() -> Map {
        Map::default()
    }

    /// Returns a map of these members, in any order. Of two with one name the later is kept.
    pub fn from_members(mut members: Vec<(Rc<str>, Value)>) -> Map {
        if IS_FAST && members.is_sorted_by(|(left, _), (right, _)| left < right) {
            return Map { members };
        }
        if IS_FAST && members.len() <= FEW {
            sort_few(&mut members);
            return Map { members };
        }
        let order =
            sorted_order(members.len(), &|left, right| match (members.get(left), members.get(right)) {
                (Some((left, _)), Some((right, _))) => left.cmp(right),
                _ => Ordering::Equal,
            });
        let mut map = Map { members: Vec::with_capacity(members.len()) };
        for index in order {
            let Some((name, value)) = members.get_mut(index) else { continue };
            let (name, value) = (Rc::clone(name), std::mem::take(value));
            match map.members.last_mut() {
                Some((last, kept)) if *last == name => *kept = value,
                _ => map.members.push((name, value)),
            }
        }
        map
    }

    /// Returns the value of a member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let index = self.find(name).ok()?;
        self.members.get(index).map(|(_, value)| value)
    }

    /// Returns whether there is a member of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Sets a member; the value it had before comes back. Takes time for each member that comes after:
    /// many are better given to [`Map::from_members`].
    pub fn insert(&mut self, name: Rc<str>, value: Value) -> Option<Value> {
        match self.find(&name) {
            Ok(index) => self.members.get_mut(index).map(|(_, known)| std::mem::replace(known, value)),
            Err(index) => {
                self.members.insert(index, (name, value));
                None
            }
        }
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Returns the members, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Rc<str>, &Value)> {
        self.members.iter().map(|(name, value)| (name, value))
    }

    /// Returns the names, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Rc<str>> {
        self.members.iter().map(|(name, _)| name)
    }

    /// Returns the values, in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.members.iter().map(|(_, value)| value)
    }

    /// Returns the member at a place, in the order of the names.
    #[cfg(feature = "serde")]
    pub(crate) fn at(&self, place: usize) -> Option<&(Rc<str>, Value)> {
        self.members.get(place)
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.members.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}

plain_struct!(Map { members });

/// Sorts a few members where they stand. Of two with one name the later is kept.
fn sort_few(members: &mut Vec<(Rc<str>, Value)>) {
    let mut sorted = 1;
    while sorted < members.len() {
        let (before, rest) = members.split_at_mut(sorted);
        let Some((name, value)) = rest.first_mut() else { return };
        match before.binary_search_by(|(known, _)| (**known).cmp(name)) {
            Ok(at) => {
                if let Some((_, known)) = before.get_mut(at) {
                    std::mem::swap(known, value);
                }
                members.remove(sorted);
            }
            Err(at) => {
                if let Some(part) = members.get_mut(at..=sorted) {
                    part.rotate_right(1);
                }
                sorted += 1;
            }
        }
    }
}

impl FromIterator<(Rc<str>, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Rc<str>, Value)>>(members: I) -> Map {
        Map::from_members(members.into_iter().collect())
    }
}

/// Returns the indexes from 0 to `length` in the order that `compare` gives what they stand for; equals stay as
/// they are.
///
/// A merge sort from the bottom up. The standard library's is faster and costs 5 kB of WebAssembly for
/// each type that is sorted; here one copy sorts everything.
pub fn sorted_order(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    // Most lists are in order, and cost no second one.
    if IS_FAST && order.is_sorted_by(|left, right| compare(*left, *right) != Ordering::Greater) {
        return order;
    }
    let mut merged = Vec::with_capacity(length);
    let mut width = 1;
    while width < length {
        merged.clear();
        for pair in order.chunks(width.saturating_mul(2)) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge_into(&mut merged, left, right, compare);
        }
        std::mem::swap(&mut order, &mut merged);
        width = width.saturating_mul(2);
    }
    order
}

fn merge_into(
    merged: &mut Vec<usize>,
    mut left: &[usize],
    mut right: &[usize],
    compare: &dyn Fn(usize, usize) -> Ordering,
) {
    while let (Some((first_left, rest_left)), Some((first_right, rest_right))) =
        (left.split_first(), right.split_first())
    {
        if compare(*first_left, *first_right) == Ordering::Greater {
            merged.push(*first_right);
            right = rest_right;
        } else {
            merged.push(*first_left);
            left = rest_left;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Number;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn is_what_a_btree_map_would_be(members in prop::collection::vec(("[a-e]{0,2}", any::<u32>()), 0..40)) {
            let value = |number: u32| Value::Number(Number::from(number));
            let model: BTreeMap<String, u32> = members.iter().cloned().collect();
            let map: Map = members.iter().map(|(name, number)| (name.as_str().into(), value(*number))).collect();
            let mut inserted = Map::new();
            for (name, number) in &members {
                inserted.insert(name.as_str().into(), value(*number));
            }
            prop_assert_eq!(&inserted, &map);
            prop_assert_eq!(map.len(), model.len());
            for ((name, number), (ours, found)) in model.iter().zip(map.iter()) {
                prop_assert_eq!(name.as_str(), &**ours);
                prop_assert_eq!(&value(*number), found);
                prop_assert_eq!(map.get(name), Some(found));
            }
        }

        #[test]
        fn sorts_as_the_standard_library_does(items in prop::collection::vec(0_u8..8, 0..100)) {
            let mut theirs: Vec<usize> = (0..items.len()).collect();
            theirs.sort_by_key(|index| items[*index]);
            let ours = sorted_order(items.len(), &|left, right| items[left].cmp(&items[right]));
            prop_assert_eq!(ours, theirs);
        }
    }
}
