//! The tables of a page, written between their marks. What stands around them is written by hand.

use std::path::Path;

/// Puts each text, by its name, between the marks of that name.
///
/// # Errors
/// Where the page cannot be read or written, or has no such marks.
pub(crate) fn write(path: &Path, texts: &[(&'static str, String)]) -> Result<(), String> {
    let problem = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut page = std::fs::read_to_string(path).map_err(problem)?;
    for (name, text) in texts {
        page = replaced(&page, name, text)?;
    }
    std::fs::write(path, page).map_err(problem)
}

/// The page with the text between the marks of this name.
///
/// # Errors
/// Where the marks are not there.
pub(crate) fn replaced(page: &str, name: &str, text: &str) -> Result<String, String> {
    let (begin, end) =
        (format!("<!-- {name}: written by ./build.sh capacity -->\n"), format!("<!-- {name} ends -->"));
    let missing = || format!("the page has no marks for `{name}`");
    let (before, rest) = page.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}{text}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_the_marks_is_replaced_and_nothing_else() {
        let page = "a\n<!-- t: written by ./build.sh capacity -->\nold\n<!-- t ends -->\nb\n";
        let expected = page.replace("old", "new");
        assert_eq!(replaced(page, "t", "new\n").unwrap(), expected);
        assert!(replaced(page, "u", "new\n").is_err());
    }

    #[test]
    fn the_page_has_the_marks_of_every_table() {
        let page = include_str!("../../../docs/capacity.md");
        for name in crate::tables::NAMES {
            assert!(replaced(page, name, "").is_ok(), "{name}");
        }
    }
}
