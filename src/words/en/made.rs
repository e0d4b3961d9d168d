//! Templates and lengths of time. What is changed here is not found any more where the former words were kept.

use crate::words::{Length, TemplateFault};

pub(in crate::words) fn template_fault(fault: &TemplateFault) -> String {
    match fault {
        TemplateFault::NotSet { what } => format!("{what} is not set"),
        TemplateFault::AValue => "a value".to_owned(),
        TemplateFault::UnknownName { name } => format!("unknown name `{name}`"),
        TemplateFault::UnknownNameBut { name, near } => format!("unknown name `{name}`; did you mean `{near}`?"),
        TemplateFault::WrittenSo { template, theirs, ours } => {
            format!("{template}; `{theirs}` is written `{ours}` here")
        }
        TemplateFault::NothingHere => "a character means nothing here".to_owned(),
        TemplateFault::TooManySteps { steps } => format!("takes more than {steps} steps"),
        TemplateFault::Autoescape => {
            "`autoescape` is not for templates here: what an issue says is always escaped".to_owned()
        }
        TemplateFault::Syntax { template } => format!("syntax error: {template}"),
        TemplateFault::UnknownFilter { template } => format!("unknown filter: {template}"),
        TemplateFault::UnknownTest { template } => format!("unknown test: {template}"),
        TemplateFault::UnknownFunction { name } => format!("unknown function: {name} is unknown"),
        TemplateFault::UnknownMethod { template } => format!("unknown method: {template}"),
        TemplateFault::NoSuchFilter { name } => format!("filter {name} is unknown"),
        TemplateFault::NoSuchTest { name } => format!("test {name} is unknown"),
        TemplateFault::InvalidOperation { template } => format!("invalid operation: {template}"),
        TemplateFault::TooManyArguments => "too many arguments".to_owned(),
        TemplateFault::MissingArgument => "missing argument".to_owned(),
        TemplateFault::UnexpectedInput => "unexpected input after expression".to_owned(),
        TemplateFault::Unexpected { found, wanted } => format!("unexpected {found}, expected {wanted}"),
        TemplateFault::EndOfInput => "end of input".to_owned(),
        TemplateFault::EndOfBlock => "end of block".to_owned(),
        TemplateFault::EndOfVariable => "end of variable block".to_owned(),
        TemplateFault::Expression => "expression".to_owned(),
        TemplateFault::Identifier => "identifier".to_owned(),
        TemplateFault::UnknownStatement { name } => format!("unknown statement {name}"),
    }
}

pub(in crate::words) fn length(length: &Length) -> String {
    match length {
        Length::Days { count } => format!("{count}d"),
        Length::Hours { count } => format!("{count}h"),
        Length::Minutes { count } => format!("{count}m"),
        Length::Seconds { count } => format!("{count}s"),
        Length::PartOfSeconds { count } => format!("{count}s"),
        Length::Milliseconds { count } => format!("{count}ms"),
    }
}
