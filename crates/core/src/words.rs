//! Enums whose variants have a word each: in configurations, in reports, in JavaScript.

/// An enum of words. A word is written once, with its variant and what it means; schemas and pages are made of that.
pub trait Word: Copy + PartialEq + 'static {
    /// All of them, in the order in which they are written. The first holds where a key is left out.
    const ALL: &'static [Self];

    /// The description of the enum.
    const ABOUT: &'static str;

    /// Returns the word.
    fn as_str(self) -> &'static str;

    /// Returns the meaning of the word.
    fn about(self) -> &'static str;

    /// Returns the variant that has this word.
    fn from_word(word: &str) -> Option<Self> {
        for known in Self::ALL {
            if known.as_str() == word {
                return Some(*known);
            }
        }
        None
    }
}

/// Declares such an enum. One that no other crate of ours decides about may be `@non_exhaustive`; of the others the
/// compiler names each place that must decide about a new word.
#[macro_export]
#[doc(hidden)]
macro_rules! words {
    (
        $(#[doc = $title:literal])+
        $(@$open:ident)? pub enum $name:ident { $($(#[doc = $about:literal])+ $variant:ident = $word:literal,)+ }
    ) => {
        $(#[doc = $title])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $(#[$open])?
        pub enum $name { $($(#[doc = $about])+ $variant,)+ }

        impl $name {
            /// Returns the word as it is written and shown.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl claimsmith_expression::plain::Plain for $name {
            fn write(&self, out: &mut Vec<u8>) {
                let all = <$name as $crate::words::Word>::ALL;
                claimsmith_expression::plain::write_place(all, |known| known == self, out);
            }

            fn read(input: &mut claimsmith_expression::plain::Input<'_>) -> $name {
                let [first, ..] = [$($name::$variant),+];
                input.item(<$name as $crate::words::Word>::ALL).copied().unwrap_or(first)
            }
        }

        impl $crate::words::Word for $name {
            const ALL: &'static [$name] = &[$($name::$variant,)+];
            const ABOUT: &'static str = concat!($($title),+);

            fn as_str(self) -> &'static str {
                self.as_str()
            }

            fn about(self) -> &'static str {
                match self { $($name::$variant => concat!($($about),+),)+ }
            }
        }
    };
}

pub use words;
