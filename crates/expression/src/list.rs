//! Lists, with less code for each type than the standard library's.

/// Keeps the items that this returns true for, in their order. `Vec::retain` is twice as large for each type and each
/// condition, and faster where many go from a long list.
pub fn keep<T>(items: &mut Vec<T>, holds: &mut dyn FnMut(&mut T) -> bool) {
    let mut index = 0;
    while let Some(item) = items.get_mut(index) {
        if holds(item) {
            index += 1;
        } else {
            items.remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_and_looks_at_each_item_once() {
        let mut items = vec![1, 2, 3, 4, 5, 6];
        let mut seen = Vec::new();
        keep(&mut items, &mut |item| {
            seen.push(*item);
            *item % 3 == 1
        });
        assert_eq!((items, seen), (vec![1, 4], vec![1, 2, 3, 4, 5, 6]));
        let mut none: Vec<u8> = Vec::new();
        keep(&mut none, &mut |_| false);
        assert!(none.is_empty());
    }
}
