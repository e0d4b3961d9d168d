//! Splits a query into tokens; knows quoting, escapes, reserved characters and reserved words.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// An unquoted word.
    Word(String),
    /// A quoted string, unescaped.
    Text(String),
    /// `= != < > <= >= ~ !~`.
    Sign(&'static str),
    Open,
    Close,
    Comma,
    And,
    Or,
    Not,
}

#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) token: Token,
    /// Column, from 1.
    pub(super) at: usize,
}

const RESERVED_CHARACTERS: &str = "+.;?*/%^$#@[]{}`";

/// Words that need quotes. The keywords of the grammar itself are left to the parser.
const RESERVED_WORDS: &str = " abort access add after alias all alter any are as at audit avg be before begin between \
    boolean break but byte catch cf char character check checkpoint collate collation column commit connect continue \
    count create current date decimal declare decrement default defaults define delete delimiter difference distinct \
    divide do double drop during else encoding end equals escape exclusive exec execute exists explain false fetch \
    file field first float for from function go goto grant greater group having identified if immediate increment \
    index initial inner inout input insert int integer intersect intersection into isempty isnull it join last left \
    less like limit lock long max min minus mode modify modulo more multiply next no noaudit notin nowait number \
    object of on option outer output power previous prior privileges public raise raw remainder rename resource \
    return returns revoke right row rowid rownum rows select session set share size sqrt start strict string subtract \
    such sum synonym table that the their then there these they this to trans transaction trigger true uid union \
    unique update user validate values view was when whenever where while will with ";

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED_WORDS.contains(&format!(" {} ", word.to_lowercase()))
}

pub(super) fn lex(jql: &str) -> Result<Vec<Placed>, String> {
    Lexer { rest: jql.chars().collect(), at: 0, tokens: Vec::new() }.run()
}

struct Lexer {
    rest: Vec<char>,
    at: usize,
    tokens: Vec<Placed>,
}

impl Lexer {
    fn run(mut self) -> Result<Vec<Placed>, String> {
        while let Some(&c) = self.rest.get(self.at) {
            let start = self.at + 1;
            let next = self.rest.get(self.at + 1).copied();
            let token = match (c, next) {
                (c, _) if c.is_whitespace() => {
                    self.at += 1;
                    continue;
                }
                ('(', _) => self.take(1, Token::Open),
                (')', _) => self.take(1, Token::Close),
                (',', _) => self.take(1, Token::Comma),
                ('!', Some('=')) => self.take(2, Token::Sign("!=")),
                ('!', Some('~')) => self.take(2, Token::Sign("!~")),
                ('<', Some('=')) => self.take(2, Token::Sign("<=")),
                ('>', Some('=')) => self.take(2, Token::Sign(">=")),
                ('=', _) => self.take(1, Token::Sign("=")),
                ('<', _) => self.take(1, Token::Sign("<")),
                ('>', _) => self.take(1, Token::Sign(">")),
                ('~', _) => self.take(1, Token::Sign("~")),
                ('&', Some('&')) => self.take(2, Token::And),
                ('|', Some('|')) => self.take(2, Token::Or),
                ('&', _) => self.take(1, Token::And),
                ('|', _) => self.take(1, Token::Or),
                ('!', _) => self.take(1, Token::Not),
                ('"' | '\'', _) => self.quoted(c)?,
                _ => self.word()?,
            };
            self.tokens.push(Placed { token, at: start });
        }
        Ok(self.tokens)
    }

    fn take(&mut self, length: usize, token: Token) -> Token {
        self.at += length;
        token
    }

    fn quoted(&mut self, quote: char) -> Result<Token, String> {
        let start = self.at + 1;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(&c) = self.rest.get(self.at) else {
                return Err(format!(
                    "Error in the JQL Query: The quoted string '{text}' has not been completed. (line 1, character {start})"
                ));
            };
            self.at += 1;
            match c {
                c if c == quote => return Ok(Token::Text(text)),
                '\\' => text.push(self.escape()?),
                '\n' | '\r' => {
                    return Err(format!(
                        "Error in the JQL Query: The character '\\n' is a reserved JQL character. You must enclose it in a \
                         string or use the escape '\\u000a' instead. (line 1, character {})",
                        self.at
                    ));
                }
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let at = self.at;
        let c = self.rest.get(self.at).copied();
        self.at += 1;
        match c {
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            Some('r') => Ok('\r'),
            Some(c @ ('\\' | '"' | '\'' | ' ')) => Ok(c),
            Some('u') => {
                let digits: String = self.rest.iter().skip(self.at).take(4).collect();
                self.at += 4;
                u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                    .ok_or_else(|| illegal(&format!("u{digits}"), at))
            }
            other => Err(illegal(&other.map(String::from).unwrap_or_default(), at)),
        }
    }

    fn word(&mut self) -> Result<Token, String> {
        let start = self.at + 1;
        let mut text = String::new();
        while let Some(&c) = self.rest.get(self.at) {
            if c.is_whitespace() || "\"'()=!<>~&|,".contains(c) {
                break;
            }
            if RESERVED_CHARACTERS.contains(c) || c.is_control() {
                return Err(format!(
                    "Error in the JQL Query: The character '{c}' is a reserved JQL character. You must enclose it in a \
                     string or use the escape '\\u{:04x}' instead. (line 1, character {})",
                    u32::from(c),
                    self.at + 1
                ));
            }
            self.at += 1;
            text.push(if c == '\\' { self.escape()? } else { c });
        }
        if is_reserved(&text) {
            return Err(format!(
                "Error in the JQL Query: '{text}' is a reserved JQL word. You must surround it in quotation marks to use \
                 it in a query. (line 1, character {start})"
            ));
        }
        Ok(match text.to_lowercase().as_str() {
            "and" => Token::And,
            "or" => Token::Or,
            "not" => Token::Not,
            _ => Token::Word(text),
        })
    }
}

fn illegal(sequence: &str, at: usize) -> String {
    format!(
        "Error in the JQL Query: '\\{sequence}' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \
         \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. (line 1, character {at})"
    )
}
