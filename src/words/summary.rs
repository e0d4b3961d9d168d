//! What a write or a reading is about. It is kept in English, and found again by [`super::known`] when it is shown.

use super::Service;

messages! {
    /// A field of a pair.
    pub enum FieldName {
        Title,
        Description,
        Status,
        Assignee,
        Priority,
    }
}

messages! {
    /// What a write or a reading is about.
    pub enum Summary => summary {
        Issue { title: String, project: String },
        Comment { who: String, name: String },
        EditedComment { who: String, name: String },
        Repeats { name: String },
        Continued { title: String, name: String },
        Again { name: String },
        Joined { title: String, name: String },
        JoinedItems { name: String },
        Joins { name: String },
        DeletedNote { name: String, side: Service },
        Deletion { name: String, side: Service },
        Attachment { file: String, name: String },
        LinkToGuance { name: String },
        LinkToJira { title: String, name: String },
        Field { field: FieldName, name: String },
        /// A field that is called so, of this issue.
        Follower { title: String, name: String },
        Resolved { who: String, name: String },
        NewText { field: FieldName, name: String },
        Thread { issue: String, side: Service },
        Reading { side: Service },
        Record { side: Service },
        Message { name: String, event: String, place: String },
    }
}
