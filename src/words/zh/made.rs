//! Templates and lengths of time.

use crate::words::{Length, TemplateFault};

pub(in crate::words) fn template_fault(fault: &TemplateFault) -> String {
    match fault {
        TemplateFault::NotSet { what } => format!("{what} 没有值"),
        TemplateFault::AValue => "某个值".to_owned(),
        TemplateFault::UnknownName { name } => format!("未知名称 `{name}`"),
        TemplateFault::UnknownNameBut { name, near } => format!("未知名称 `{name}`；是否想写 `{near}`？"),
        TemplateFault::WrittenSo { template, theirs, ours } => format!("{template}；这里的 `{theirs}` 应写成 `{ours}`"),
        TemplateFault::NothingHere => "有一个字符在这里没有意义".to_owned(),
        TemplateFault::TooManySteps { steps } => format!("执行超过 {steps} 步"),
        TemplateFault::Autoescape => "这里的模板不能使用 `autoescape`：问题中的文字总会转义".to_owned(),
        TemplateFault::Syntax { template } => format!("语法错误：{template}"),
        TemplateFault::UnknownFilter { template } => format!("未知过滤器：{template}"),
        TemplateFault::UnknownTest { template } => format!("未知测试：{template}"),
        TemplateFault::UnknownFunction { name } => format!("未知函数 {name}"),
        TemplateFault::UnknownMethod { template } => format!("未知方法：{template}"),
        TemplateFault::NoSuchFilter { name } => format!("没有过滤器 {name}"),
        TemplateFault::NoSuchTest { name } => format!("没有测试 {name}"),
        TemplateFault::InvalidOperation { template } => format!("无效的运算：{template}"),
        TemplateFault::TooManyArguments => "参数过多".to_owned(),
        TemplateFault::MissingArgument => "缺少参数".to_owned(),
        TemplateFault::UnexpectedInput => "表达式之后还有多余的内容".to_owned(),
        TemplateFault::Unexpected { found, wanted } => format!("遇到{found}，此处应为{wanted}"),
        TemplateFault::EndOfInput => "结尾".to_owned(),
        TemplateFault::EndOfBlock => "块的结尾".to_owned(),
        TemplateFault::EndOfVariable => "变量块的结尾".to_owned(),
        TemplateFault::Expression => "表达式".to_owned(),
        TemplateFault::Identifier => "名称".to_owned(),
        TemplateFault::UnknownStatement { name } => format!("未知语句 {name}"),
    }
}

pub(in crate::words) fn length(length: &Length) -> String {
    match length {
        Length::Days { count } => format!("{count} 天"),
        Length::Hours { count } => format!("{count} 小时"),
        Length::Minutes { count } => format!("{count} 分钟"),
        Length::Seconds { count } => format!("{count} 秒"),
        Length::PartOfSeconds { count } => format!("{count} 秒"),
        Length::Milliseconds { count } => format!("{count} 毫秒"),
    }
}
