//! The grammar: clauses under AND, OR, NOT and parentheses, then ORDER BY.

use super::lex::{Placed, Token, lex};

/// A parsed query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::jira) struct Query {
    pub(in crate::jira) filter: Option<Expr>,
    /// Field and whether descending.
    pub(in crate::jira) order: Vec<(String, bool)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::jira) enum Expr {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Clause(Clause),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::jira) struct Clause {
    pub(in crate::jira) field: String,
    pub(in crate::jira) op: Op,
    pub(in crate::jira) operand: Operand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::jira) enum Op {
    Eq,
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
    Like,
    NotLike,
    In,
    NotIn,
    Is,
    IsNot,
}

impl Op {
    pub(in crate::jira) fn words(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Gt => ">",
            Self::Le => "<=",
            Self::Ge => ">=",
            Self::Like => "~",
            Self::NotLike => "!~",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Is => "is",
            Self::IsNot => "is not",
        }
    }

    pub(in crate::jira) fn opposite(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Gt => Self::Le,
            Self::Le => Self::Gt,
            Self::Ge => Self::Lt,
            Self::Like => Self::NotLike,
            Self::NotLike => Self::Like,
            Self::In => Self::NotIn,
            Self::NotIn => Self::In,
            Self::Is => Self::IsNot,
            Self::IsNot => Self::Is,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::jira) enum Operand {
    Text(String),
    /// An unquoted integer.
    Number(i64),
    List(Vec<Self>),
    Function(String, Vec<String>),
    Empty,
}

const OPERATORS: &str =
    "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.";

pub(in crate::jira) fn parse(jql: &str) -> Result<Query, String> {
    let tokens = lex(jql)?;
    let mut parser = Parser { tokens, next: 0 };
    let filter = if parser.peek().is_none() || parser.at_word("order") { None } else { Some(parser.either()?) };
    let order = parser.order()?;
    match parser.peek() {
        None => Ok(Query { filter, order }),
        Some(_) => Err(parser.expected("either 'OR' or 'AND'")),
    }
}

struct Parser {
    tokens: Vec<Placed>,
    next: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|p| &p.token)
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word))
    }

    fn take(&mut self, token: &Token) -> bool {
        let hit = self.peek() == Some(token);
        self.next += usize::from(hit);
        hit
    }

    fn take_word(&mut self, word: &str) -> bool {
        let hit = self.at_word(word);
        self.next += usize::from(hit);
        hit
    }

    fn shown(&self) -> Option<(String, usize)> {
        let placed = self.tokens.get(self.next)?;
        let text = match &placed.token {
            Token::Word(text) | Token::Text(text) => text.clone(),
            Token::Sign(sign) => (*sign).to_owned(),
            Token::Open => "(".into(),
            Token::Close => ")".into(),
            Token::Comma => ",".into(),
            Token::And => "AND".into(),
            Token::Or => "OR".into(),
            Token::Not => "NOT".into(),
        };
        Some((text, placed.at))
    }

    fn expected(&self, what: &str) -> String {
        match self.shown() {
            Some((text, at)) => {
                format!("Error in the JQL Query: Expecting {what} but got '{text}'. (line 1, character {at})")
            }
            None => format!("Error in the JQL Query: Expecting {what} before the end of the query."),
        }
    }

    fn either(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.both()?];
        while self.take(&Token::Or) {
            parts.push(self.both()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Or(parts) })
    }

    fn both(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.unary()?];
        while self.take(&Token::And) {
            parts.push(self.unary()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::And(parts) })
    }

    fn unary(&mut self) -> Result<Expr, String> {
        if self.take(&Token::Not) {
            return Ok(Expr::Not(Box::new(self.unary()?)));
        }
        if self.take(&Token::Open) {
            let inside = self.either()?;
            if !self.take(&Token::Close) {
                return Err(self.expected("')'"));
            }
            return Ok(inside);
        }
        self.clause().map(Expr::Clause)
    }

    fn name(&mut self, what: &str) -> Result<String, String> {
        match self.peek() {
            Some(Token::Word(text) | Token::Text(text)) => {
                let text = text.clone();
                self.next += 1;
                Ok(text)
            }
            _ => Err(self.expected(what)),
        }
    }

    fn clause(&mut self) -> Result<Clause, String> {
        let field = self.name("a field name")?;
        let op = self.operator()?;
        let operand = self.operand()?;
        let listed = matches!(operand, Operand::List(_));
        let function = matches!(operand, Operand::Function(..));
        let set = matches!(op, Op::In | Op::NotIn);
        if listed && !set {
            return Err(format!("Operator '{}' does not support searching for lists.", op.words()));
        }
        if set && !listed && !function {
            return Err("Error in the JQL Query: Expecting a list or function after 'in'.".into());
        }
        if matches!(op, Op::Is | Op::IsNot) && operand != Operand::Empty {
            return Err("The operator 'is' only supports the value EMPTY.".into());
        }
        Ok(Clause { field, op, operand })
    }

    fn operator(&mut self) -> Result<Op, String> {
        let op = match self.peek() {
            Some(Token::Sign(sign)) => match *sign {
                "=" => Op::Eq,
                "!=" => Op::Ne,
                "<" => Op::Lt,
                ">" => Op::Gt,
                "<=" => Op::Le,
                ">=" => Op::Ge,
                "~" => Op::Like,
                _ => Op::NotLike,
            },
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("in") => Op::In,
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("is") => Op::Is,
            Some(Token::Not) => {
                self.next += 1;
                if !self.at_word("in") {
                    return Err(self.expected("operator") + " " + OPERATORS);
                }
                Op::NotIn
            }
            _ => return Err(self.expected("operator") + " " + OPERATORS),
        };
        self.next += 1;
        if op == Op::Is && self.take(&Token::Not) {
            return Ok(Op::IsNot);
        }
        Ok(op)
    }

    fn operand(&mut self) -> Result<Operand, String> {
        const WHAT: &str = "either a value, list or function";
        if self.take(&Token::Open) {
            let mut list = vec![self.operand()?];
            while self.take(&Token::Comma) {
                list.push(self.operand()?);
            }
            if !self.take(&Token::Close) {
                return Err(self.expected("')'"));
            }
            return Ok(Operand::List(list));
        }
        let quoted = matches!(self.peek(), Some(Token::Text(_)));
        let text = self.name(WHAT)?;
        if self.take(&Token::Open) {
            return self.arguments(text);
        }
        if quoted {
            return Ok(Operand::Text(text));
        }
        if ["empty", "null"].contains(&text.to_lowercase().as_str()) {
            return Ok(Operand::Empty);
        }
        Ok(text.parse().map_or(Operand::Text(text), Operand::Number))
    }

    fn arguments(&mut self, name: String) -> Result<Operand, String> {
        let mut arguments = Vec::new();
        while !self.take(&Token::Close) {
            arguments.push(self.name("a function argument")?);
            if !self.take(&Token::Comma) && self.peek() != Some(&Token::Close) {
                return Err(self.expected("')'"));
            }
        }
        Ok(Operand::Function(name, arguments))
    }

    fn order(&mut self) -> Result<Vec<(String, bool)>, String> {
        let mut order = Vec::new();
        if !self.take_word("order") {
            return Ok(order);
        }
        if !self.take_word("by") {
            return Err(self.expected("'by'"));
        }
        loop {
            let field = self.name("a field name")?;
            let descending = self.take_word("desc");
            if !descending {
                self.take_word("asc");
            }
            order.push((field, descending));
            if !self.take(&Token::Comma) {
                return Ok(order);
            }
        }
    }
}
