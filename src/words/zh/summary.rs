//! What a write or a reading is about.

use super::{after, before, between};
use crate::words::{FieldName, Summary};

fn field(field: FieldName) -> &'static str {
    match field {
        FieldName::Title => "标题",
        FieldName::Description => "描述",
        FieldName::Status => "状态",
        FieldName::Assignee => "负责人",
        FieldName::Priority => "优先级",
    }
}

pub(in crate::words) fn summary(summary: &Summary) -> String {
    match summary {
        Summary::Issue { title, project } => format!("问题“{title}”（项目 {project}）"),
        Summary::Comment { who, name } => format!("{who} 的评论（{name}）"),
        Summary::EditedComment { who, name } => format!("{who} 修改的评论（{name}）"),
        Summary::Repeats { name } => format!("重复告警的次数（{name}）"),
        Summary::Continued { title, name } => format!("由 {name} 继续跟进的问题“{title}”"),
        Summary::Joined { title, name } => format!("计入 {name} 的问题“{title}”"),
        Summary::JoinedItems { name } => format!("计入 {name} 的问题清单"),
        Summary::Joins { name } => format!("{name} 上同样问题的数量"),
        Summary::Again { name } => format!("{name} 上问题再次出现的说明"),
        Summary::DeletedNote { name, side: one } => format!("评论已在{}删除的说明（{name}）", between(*one)),
        Summary::Deletion { name, side: one } => {
            format!("删除 {name} 上的评论（原文已在{}删除）", between(*one))
        }
        Summary::Attachment { file, name } => format!("{name} 的附件 {file}"),
        Summary::LinkToGuance { name } => format!("{name} 上到观测云的链接"),
        Summary::LinkToJira { title, name } => format!("“{title}”上到 {name} 的链接"),
        Summary::Field { field: one, name } => format!("{name} 的{}", field(*one)),
        Summary::Follower { title, name } => format!("{name} 的字段“{title}”"),
        Summary::Resolved { who, name } => format!("{who} 已解决问题的说明（{name}）"),
        Summary::NewText { field: one, name } => format!("新{}的说明（{name}）", field(*one)),
        Summary::Thread { issue, side: one } => format!("读取{}的 {issue} 的评论", between(*one)),
        Summary::Reading { side: one } => format!("读取{}", before(*one)),
        Summary::Message { name, event, place } => format!("发往 {name} 的消息：{event}，{place}"),
        Summary::Record { side: one } => format!("{}的一条无法解读的记录", after(*one)),
    }
}
