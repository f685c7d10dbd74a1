//! Text to tokens.

use std::rc::Rc;

use crate::ast::{Arithmetic, Operator};
use crate::{ErrorKind, ExpressionError, Value, json};

pub(crate) enum Token {
    /// A name without quotes.
    Name(Rc<str>),
    /// A name in double quotes, without them.
    Quoted(Rc<str>),
    /// Text in single quotes, or JSON in backticks.
    Literal(Value),
    Number(i32),
    /// A name after `$`, without it.
    Variable(Rc<str>),
    Operator(Operator),
    /// Not `*`, which has other meanings too.
    Arithmetic(Arithmetic),
    /// `[?`
    Filter,
    /// `[]`
    Flatten,
    /// One of the characters that stand for themselves.
    Mark(u8),
    End,
}

/// Reads one token at a time.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    /// The start of the last token.
    start: usize,
    /// The end of the last token.
    offset: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, start: 0, offset: 0 }
    }

    /// Returns the start of the last token.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Returns the last token as it is written.
    pub(crate) fn token_text(&self) -> &'a str {
        self.text.get(self.start..self.offset).unwrap_or_default()
    }

    /// Returns whether `byte` comes next, spaces aside.
    pub(crate) fn precedes(&self, byte: u8) -> bool {
        let rest = self.text.as_bytes().get(self.offset..).unwrap_or_default();
        rest.iter().find(|byte| !is_space(**byte)) == Some(&byte)
    }

    pub(crate) fn next(&mut self) -> Result<Token, ExpressionError> {
        self.take_while(is_space);
        self.start = self.offset;
        let Some(byte) = self.peek() else {
            return Ok(Token::End);
        };
        self.offset += 1;
        Ok(match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
                self.skip_name();
                Token::Name(self.token_text().into())
            }
            b'$' if self.peek().is_some_and(begins_name) => {
                self.skip_name();
                let name = self.text.get(self.start + 1..self.offset).unwrap_or_default();
                Token::Variable(name.into())
            }
            b'$' => return Err(self.error(&["`$` needs the name of a variable behind it"])),
            b'0'..=b'9' => self.number()?,
            b'-' if self.peek().is_some_and(|byte| byte.is_ascii_digit()) => self.number()?,
            b'-' => Token::Arithmetic(Arithmetic::Subtract),
            b'+' => Token::Arithmetic(Arithmetic::Add),
            b'%' => Token::Arithmetic(Arithmetic::Modulo),
            b'/' if self.take(b'/') => Token::Arithmetic(Arithmetic::DivideWhole),
            b'/' => Token::Arithmetic(Arithmetic::Divide),
            b'"' => self.quoted_name()?,
            b'\'' => Token::Literal(unescape(self.delimited(b'\'')?, '\'').into()),
            b'`' => self.json_literal()?,
            b'[' if self.take(b'?') => Token::Filter,
            b'[' if self.take(b']') => Token::Flatten,
            b'|' if self.take(b'|') => Token::Operator(Operator::Or),
            b'|' => Token::Operator(Operator::Pipe),
            b'&' if self.take(b'&') => Token::Operator(Operator::And),
            b'=' if self.take(b'=') => Token::Operator(Operator::Equal),
            b'!' if self.take(b'=') => Token::Operator(Operator::NotEqual),
            b'<' if self.take(b'=') => Token::Operator(Operator::LessOrEqual),
            b'<' => Token::Operator(Operator::Less),
            b'>' if self.take(b'=') => Token::Operator(Operator::GreaterOrEqual),
            b'>' => Token::Operator(Operator::Greater),
            b'.' | b'*' | b'@' | b'!' | b'&' | b',' | b':' | b'?' | b'=' => Token::Mark(byte),
            b'[' | b']' | b'{' | b'}' | b'(' | b')' => Token::Mark(byte),
            _ => return self.unicode(),
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.offset += 1;
        }
        found
    }

    fn take_while(&mut self, wanted: fn(u8) -> bool) {
        while self.peek().is_some_and(wanted) {
            self.offset += 1;
        }
    }

    fn skip_name(&mut self) {
        self.take_while(|byte| begins_name(byte) || byte.is_ascii_digit());
    }

    fn number(&mut self) -> Result<Token, ExpressionError> {
        self.take_while(|byte| byte.is_ascii_digit());
        let text = self.token_text();
        let number = text.parse().map_err(|_| self.error(&["`", text, "` is not a possible index"]))?;
        Ok(Token::Number(number))
    }

    /// Reads a name in double quotes, which has the escapes of a JSON string.
    fn quoted_name(&mut self) -> Result<Token, ExpressionError> {
        self.delimited(b'"')?;
        match json::read(self.token_text().as_bytes()) {
            Ok(Value::String(name)) => Ok(Token::Quoted(name)),
            Ok(_) => Err(self.error(&["this name is not a JSON string"])),
            Err(error) => Err(ExpressionError::new(
                ErrorKind::Syntax,
                self.start + error.offset,
                &["this name is not a JSON string: ", error.message],
            )),
        }
    }

    fn json_literal(&mut self) -> Result<Token, ExpressionError> {
        let text = self.delimited(b'`')?;
        let json = unescape(text, '`');
        json::read(json.as_bytes()).map(Token::Literal).map_err(|error| {
            // Where an escape was taken out the offsets differ; then the literal as a whole is named.
            let offset = if json.len() == text.len() { self.start + 1 + error.offset } else { self.start };
            let message = ["this literal is not JSON: ", error.message];
            ExpressionError::new(ErrorKind::Syntax, offset, &message)
        })
    }

    /// Takes the rest of a quoted token and gives what is inside. After a backslash the delimiter does
    /// not close.
    fn delimited(&mut self, delimiter: u8) -> Result<&'a str, ExpressionError> {
        let inside = self.offset;
        loop {
            match self.peek() {
                Some(b'\\') => self.offset += 2,
                Some(byte) if byte == delimiter => break,
                Some(_) => self.offset += 1,
                None => return Err(self.error(&["this quote is not closed"])),
            }
        }
        let text = self.text.get(inside..self.offset).unwrap_or_default();
        self.offset += 1;
        Ok(text)
    }

    /// Reads one of the signs of mathematics that are not in ASCII.
    fn unicode(&mut self) -> Result<Token, ExpressionError> {
        let rest = self.text.get(self.start..).unwrap_or_default();
        let character = rest.chars().next().unwrap_or_default();
        let operator = match character {
            '\u{2212}' => Arithmetic::Subtract,
            '\u{d7}' => Arithmetic::Multiply,
            '\u{f7}' => Arithmetic::Divide,
            _ if character.is_control() => {
                return Err(self.error(&["a control character has no meaning here"]));
            }
            _ => {
                let mut buffer = [0; 4];
                let character = character.encode_utf8(&mut buffer);
                return Err(self.error(&["`", character, "` has no meaning here"]));
            }
        };
        self.offset = self.start + character.len_utf8();
        Ok(Token::Arithmetic(operator))
    }

    fn error(&self, message: &[&str]) -> ExpressionError {
        ExpressionError::new(ErrorKind::Syntax, self.start, message)
    }
}

fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Takes the backslash from before each delimiter. Any other backslash stands for itself.
fn unescape(text: &str, delimiter: char) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\\' || characters.peek() != Some(&delimiter) {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn quotes_of_each_kind_have_their_own_escapes() {
        check(
            r#"{"a b":1,"ü":2,"x\"y":3}"#,
            &[
                (r#""a b""#, "1"),
                (r#""\u00fc""#, "2"),
                (r#""x\"y""#, "3"),
                (r"'it\'s'", r#""it's""#),
                (r"'\n'", r#""\\n""#),
                (r"'\\'", r#""\\\\""#),
                ("'two\nlines'", r#""two\nlines""#),
                (r#"`"a\`b"`"#, r#""a`b""#),
                (r#"`"\n"`"#, r#""\n""#),
                ("` [1, {\"a\": null}] `", r#"[1,{"a":null}]"#),
                ("`9007199254740993`", "9007199254740993"),
            ],
        );
    }

    #[test]
    fn space_between_tokens_means_nothing() {
        check(r#"{"a":[[1],[2]]}"#, &[(" \t\r\na [ * ]\n[ 0 ] ", "[1,2]"), ("a[*][0]", "[1,2]")]);
    }

    #[test]
    fn says_what_is_no_token_and_where() {
        check(
            "{}",
            &[
                ("a # b", "syntax: `#` has no meaning here at byte 2"),
                ("a ü", "syntax: `ü` has no meaning here at byte 2"),
                ("a \u{7}", "syntax: a control character has no meaning here at byte 2"),
                ("a = b", "syntax: `=` is not an operator, equality is `==` at byte 2"),
                ("$", "syntax: `$` needs the name of a variable behind it at byte 0"),
                ("a + $1", "syntax: `$` needs the name of a variable behind it at byte 4"),
                ("a – b", "syntax: `–` has no meaning here at byte 2"),
                ("a[2147483648]", "syntax: `2147483648` is not a possible index at byte 2"),
                ("a == 'b", "syntax: this quote is not closed at byte 5"),
                ("'\\", "syntax: this quote is not closed at byte 0"),
                (r#""\x""#, "syntax: this name is not a JSON string: this escape is unknown at byte 2"),
                ("a == `[1,]`", "syntax: this literal is not JSON: a value was expected at byte 9"),
                (
                    r#"a == `"\``"#,
                    "syntax: this literal is not JSON: the text ends inside a string at byte 5",
                ),
                ("a == `admin`", "syntax: this literal is not JSON: a value was expected at byte 6"),
            ],
        );
    }
}
