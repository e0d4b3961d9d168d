//! Simplified Chinese.

use super::{Column, Count, Cut, Hold, Question, Read, Said, Service, Stage, Why, Written};

pub(super) fn written(what: Written<'_>) -> String {
    match what {
        Written::Name(Service::Guance) => "观测云".to_owned(),
        Written::Name(Service::Jira) => "Jira".to_owned(),
        Written::LinkBack => "观测云：".to_owned(),
        Written::DeletedOn(Service::Guance) => "原文已在观测云删除".to_owned(),
        Written::DeletedOn(Service::Jira) => "原文已在 Jira 删除".to_owned(),
        Written::Somebody => "有人".to_owned(),
        Written::StatusSet { status, at } => format!(" 在观测云将问题状态改为 {status} · {at}"),
        Written::TitleNow { title } => format!("观测云上的标题现在是：{title}"),
        Written::BodyNow => "观测云上的描述现在是：".to_owned(),
        Written::Repeats { count, last } => format!("监控器已重复此告警 {count} 次，最近一次：{last}。"),
        Written::NoRepeats => "监控器的重复告警记录已全部删除。".to_owned(),
        Written::Mirrors => "同步自".to_owned(),
        Written::ReadCut => "…（已截断：后文见原文）".to_owned(),
    }
}

/// Nothing stands behind the address: a service may take a full-width bracket for a part of it.
pub(super) const CUT: Cut =
    Cut { begins: "…（已截断", alone: "…（已截断）", before: "…（已截断）全文：", behind: "" };

fn side(service: Service) -> &'static str {
    match service {
        Service::Guance => "观测云",
        Service::Jira => "Jira",
    }
}

fn counted(what: Count, n: usize) -> String {
    match what {
        Count::IssuesCreated => format!("新建 {n} 个问题"),
        Count::CommentsCopied => format!("复制 {n} 条评论"),
        Count::CommentsEdited => format!("修改 {n} 条评论"),
        Count::CommentsDeleted => format!("删除 {n} 条评论"),
        Count::FilesCopied => format!("复制 {n} 个附件"),
        Count::FieldsChanged => format!("更新 {n} 个字段"),
        Count::Conflicts => format!("{n} 处冲突"),
        Count::LinksSet => format!("建立 {n} 个链接"),
        Count::FoundDone => format!("{n} 项写入此前已生效"),
        Count::Recognised => format!("识别出 {n} 个已有副本"),
        Count::FoundLate => format!("补查发现 {n} 项"),
        Count::Released => format!("放行 {n} 项"),
        Count::Failed => format!("{n} 项失败"),
        Count::Pending => format!("{n} 项待发送"),
        Count::Held => format!("{n} 项被限流阀暂扣"),
        Count::InDoubt => format!("{n} 项结果未知"),
        Count::Dead => format!("{n} 项已停止重试"),
        Count::HeldForLabel => format!("{n} 项暂扣：Jira 上已有带其 uuid 的问题"),
        Count::Planned => format!("计划写入 {n} 项"),
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Pending => "待发送",
        Stage::Held => "暂扣",
        Stage::InDoubt => "结果未知",
        Stage::InFlight => "发送中",
        Stage::Dead => "已停止重试",
        Stage::Dropped => "已放弃",
        Stage::Failed => "失败",
    }
}

/// Returns what people call a field, which the program names in English.
fn field(name: &str) -> &str {
    match name {
        "status" => "状态",
        "assignee" => "负责人",
        "title" => "标题",
        "description" => "描述",
        "priority" => "优先级",
        other => other,
    }
}

pub(super) fn why(why: Why<'_>) -> String {
    match why {
        Why::FlowOff(flow) => format!("配置中 flow.{flow} 已关闭"),
        Why::Echo => "由 guajira 写入".to_owned(),
        Why::Unchanged => "已同步".to_owned(),
        Why::Queued => "已在等待发送".to_owned(),
        Why::InDoubt => "之前的一次写入结果未知，先查证".to_owned(),
        Why::Restricted(why) => format!("可见范围受限：{why}"),
        Why::NoRoute => "没有匹配的 [[route]]（见 guajira check --explain）".to_owned(),
        Why::RouteUnclear { number, why } => format!("第 {number} 个 [[route]] 的 `when` 出错：{why}"),
        Why::LevelNotListed(level) => format!("[route.priority] 未列出等级 {level}"),
        Why::OutsideWindow => "创建时间早于同步起点；`guajira sync --since 7d` 可补最近 7 天的问题".to_owned(),
        Why::SecondClaim => "带有标记，但其原文另有副本或已不存在".to_owned(),
        Why::TooLarge(what) => format!("附件过大：{what}（flow.max_attachment）"),
        Why::Dead => "此前被拒绝，之后未改动（见 guajira retry）".to_owned(),
        Why::Closed(status) => format!("Jira 问题处于关闭状态 {status}"),
        Why::Deleted => "发送之前已被删除".to_owned(),
        Why::Repeat => "监控器的重复告警（route.repeats）".to_owned(),
        Why::Gone => "两边的问题有一个已不存在".to_owned(),
        Why::NotOurs => "副本已不带 guajira 的标记，不再改动".to_owned(),
        Why::BothChanged { field: name, newer } => {
            format!("{}在两边都被修改；以较新的{}一方为准", field(name), side(newer))
        }
        Why::PriorityByHand => "优先级在 Jira 上被手工修改，保持不变".to_owned(),
        Why::ByHand(name) => format!("{}在 Jira 上被手工修改，保持不变；新内容写在评论里", field(name)),
        Why::NobodyFound { names, on } => format!("{}上没有对应的账号：{names}（见 [people]）", side(on)),
    }
}

#[expect(clippy::too_many_lines, reason = "one sentence a line, so that the compiler holds the catalogue complete")]
pub(super) fn said(said: Said<'_>) -> String {
    match said {
        Said::Count(what, n) => counted(what, n),
        Said::SideFailed(one) => format!("{}失败", side(one)),
        Said::ProjectNotRead { project } => format!("项目 {project} 未能读取"),
        Said::SideAskedToWait(one) => format!("{}要求稍后再试", side(one)),
        Said::NothingToDo => "没有新内容".to_owned(),
        Said::NothingWritten => "未写入任何内容".to_owned(),
        Said::Comma => "，".to_owned(),

        Said::AnotherRun => "另一次运行仍在使用该状态文件：本次未做任何操作".to_owned(),
        Said::BudgetUsedUp => "本分钟的请求额度已用完；下一次运行继续".to_owned(),
        Said::CannotSync { side: one, why } => format!("无法同步{}：{why}", side(one)),
        Said::FirstRun { begins } => format!("首次运行：{begins} 之前创建的问题不同步"),
        Said::FirstRunHint => "用 `guajira sync --since 7d` 可补最近 7 天的问题".to_owned(),
        Said::ItemFailed { stage: at, summary, item, why } => format!("  {}：{summary}（{item}）：{why}", stage(at)),
        Said::MoreUnreadable { count } => format!("  失败：另有 {count} 条记录无法解读"),
        Said::LeftOut { what } => format!("  已略去：{what}"),
        Said::NobodyFound { names } => format!("  找不到账号：{names}；请写入 sync.toml 的 [people]"),
        Said::Clock { side: one, seconds, behind } => {
            let way = if behind { "慢" } else { "快" };
            format!("  时钟：本机比{}{way} {seconds} 秒；数据不会丢失，但请用 NTP 校时", side(one))
        }
        Said::OverTheBrake { most } => {
            format!("  暂扣：新问题超过一次运行的上限（max_creates = {most}）；用 `guajira sync --release` 放行")
        }
        Said::WhatOfDoubt => "  结果未知：没有收到应答；下一次运行会查证是否已写入".to_owned(),
        Said::HeldForLabel { summary, why } => format!("  暂扣：{summary}：{why}"),
        Said::Decide => "  请一次性决定：`guajira adopt --script --created-by ACCOUNT` 接管这些问题；\
                         `guajira sync --release` 或 [jira].script = \"none\" 则由 guajira 另建"
            .to_owned(),
        Said::FilesStay { count, why } => format!("  留在 Jira 的附件：{count} 个（{why}）"),
        Said::Restricted => "可见范围受限".to_owned(),
        Said::WhatOfDead => "  已停止重试：先排除原因（`guajira status`），再 `guajira retry ID`；\
                             或用 `guajira drop ID --because TEXT` 放弃"
            .to_owned(),
        Said::WaitsUntil { side: one, until } => format!(
            "  {}要求在 {until} 之前不要访问；之后的运行会继续（`guajira retry --all` 和补录不受此限）",
            side(one)
        ),
        Said::BudgetLeftSome => "  请求额度已用完；下一次运行继续".to_owned(),
        Said::TimeLeftSome => "  本次运行的时间已用完；下一次运行继续".to_owned(),
        Said::NotCarried { count, why } => format!("  未同步：{count} 项（{why}）"),
        Said::StillSince { since } => format!("自 {since} 起一直如此："),
        Said::AndMore { count } => format!("  另有 {count} 项：见 `guajira status`"),
        Said::WorksAgain { what, since } => format!("已恢复：{what}（自 {since} 起曾报告）"),
        Said::Side(one) => format!("{}一侧", side(one)),
        Said::ReadingProject { project } => format!("读取项目 {project}"),
        Said::ReadingRecord { record } => format!("读取 {record}"),
        Said::IsWritten { summary } => format!("{summary} 已写入"),

        Said::NoRunYet { path } => format!("{path} 中还没有运行记录"),
        Said::ReadUpTo { side: one, at, from } => format!("{}  已读到 {at}，起点 {from}", side(one)),
        Said::StatusWaits { side: one, until } => format!("等待    {}要求在 {until} 之前不要访问", side(one)),
        Said::Linked { issues, comments } => format!("已关联  {issues} 个问题，{comments} 条评论"),
        Said::ReadingEvery { what, pairs, hours, minutes } => {
            let what = match what {
                Read::Both => "回复和字段",
                Read::Replies => "回复",
                Read::Fields => "字段",
            };
            let within = if hours < 48 { format!("{hours} 小时") } else { format!("{} 天", hours / 24) };
            let every =
                if minutes % 60 == 0 { format!("{} 小时", minutes / 60) } else { format!("{minutes} 分钟") };
            format!("读取{what}：最近 {within}内有动静的 {pairs} 个问题，至少每 {every}一次")
        }
        Said::ListTells(tells) => match tells {
            Some(true) => "回复    观测云的列表会显示有新回复：下一次运行就读取",
            Some(false) => "回复    观测云的列表不显示有新回复：轮流读取各问题的回复",
            None => "回复    尚不清楚观测云的列表是否显示有新回复：轮流读取各问题的回复",
        }
        .to_owned(),
        Said::Spent { lists, threads, issues, writes, files, names } => {
            let parts = [(lists, "列表"), (threads, "回复"), (issues, "单个问题"), (writes, "写入")];
            let parts = parts.into_iter().chain([(files, "文件"), (names, "名称")]);
            let told: Vec<String> =
                parts.filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what} {count} 个")).collect();
            let sum = lists + threads + issues + writes + files + names;
            format!("预算    最近一小时向观测云发出 {sum} 个请求：{}", told.join("，"))
        }
        Said::Gone { side: one, jira, guance, since } => {
            format!("已消失  {jira}（{guance}）的{}问题，自 {since} 起：不再写入", side(one))
        }
        Said::Away { why, since } => format!("等待    {why}（自 {since} 起）"),
        Said::Outbox { pending, failing, held, in_doubt, dead, dropped } => {
            let dropped = if dropped > 0 { format!("，{dropped} 已放弃") } else { String::new() };
            format!(
                "发件箱  {pending} 待发送（其中 {failing} 曾失败），{held} 暂扣，{in_doubt} 结果未知，{dead} 已停止重试{dropped}"
            )
        }
        Said::Labelled { count } => {
            format!("暂扣    按标签，{count} 个新问题在 Jira 上已有并非 guajira 创建的问题")
        }
        Said::LastGood { at, ago: None } => format!("最近一次成功运行：{at}，当时的时钟偏快"),
        Said::LastGood { at, ago: Some(ago) } => format!("最近一次成功运行：{at}，{ago} 之前"),
        Said::NoGoodYet => "最近一次成功运行：还没有".to_owned(),
        Said::Fails { side: one, since, ago, why } => {
            format!("{}  自 {since}（{ago} 之前）起失败：{why}", side(one))
        }
        Said::TriesAgain => "下一次运行会重试；`guajira check` 有更多信息".to_owned(),
        Said::Stage(at) => stage(at).to_owned(),
        Said::DeadNext => {
            "已停止重试：先排除原因，再 `guajira retry ID`；或用 `guajira drop ID --because TEXT` 放弃".to_owned()
        }
        Said::HeldNext => "暂扣：用 `guajira sync --release` 放行".to_owned(),
        Said::InDoubtNext => "结果未知：无需处理；下一次运行会查证是否已写入".to_owned(),
        Said::FailingNext => "失败后待发送：无需处理，会自动重试；用 `guajira retry ID` 可立即重试".to_owned(),
        Said::Reason { key, more: 0, why } => format!("{key}：{why}"),
        Said::Reason { key, more, why } => format!("{key} 等 {} 项：{why}", more + 1),
        Said::Column(column) => match column {
            Column::Stage => "阶段",
            Column::Item => "条目",
            Column::Tries => "次数",
            Column::NextTry => "下次重试",
            Column::What => "内容",
            Column::Why => "原因",
            Column::UnreadableOn => "无法解读",
            Column::Run => "运行",
            Column::Began => "开始",
            Column::Took => "用时",
            Column::Result => "结果",
        }
        .to_owned(),
        Said::RunKind { backfill: true } => "补录".to_owned(),
        Said::RunKind { backfill: false } => "常规".to_owned(),
        Said::StillAtWork => "仍在运行，或中途中断".to_owned(),
        Said::NotGood { summary } => format!("未成功：{summary}"),
        Said::FailedBefore { began, side: one, why } => {
            format!("{began} 的运行在{}上失败，现已恢复：{why}", side(one))
        }
        Said::Refused { why } => format!("已拒绝：{why}"),
        Said::NoGoodRun => "还没有成功的运行".to_owned(),
        Said::LastGoodAhead { at } => {
            format!("最近一次成功运行结束于 {at}，在未来：当时或现在的时钟有误")
        }
        Said::LastGoodAgo { ago } => format!("最近一次成功运行在 {ago} 之前结束"),

        Said::WhatToRetry => "未指定要重试的条目".to_owned(),
        Said::WhatToRetryHint => "按 `guajira status` 的写法指定条目，或用 --all 重试全部".to_owned(),
        Said::NothingToRetry => "没有需要重试的条目".to_owned(),
        Said::BackInQueue { count } => format!("{count} 项已放回队列；下一次运行会发送"),
        Said::NoSuchToRetry { id } => format!("没有名为 {id:?} 的停止重试或等待中的条目；未做改动"),
        Said::StatusLists => "`guajira status` 会列出它们".to_owned(),
        Said::NoStateFile { path } => format!("状态文件 {path} 不存在"),
        Said::WhyDrop => "--because 的内容为空".to_owned(),
        Said::WhyDropHint => "请写明放弃的原因，供日后查询".to_owned(),
        Said::NoSuchToDrop { id } => format!("没有名为 {id:?} 的停止重试的条目；未做改动"),
        Said::StatusListsDead => "`guajira status` 会列出它们；只有已停止重试的条目可以放弃".to_owned(),
        Said::Dropped { count } => {
            format!("已放弃 {count} 项：除非原文改动，不再发送；用 `guajira retry ID` 可撤回")
        }
        Said::NothingKnown { item } => format!("{item} 从未同步过，或记录已过期"),
        Said::NothingKnownHint => "它可能不在已读取的范围内（`guajira status`），或没有匹配的路由\
                                   （`guajira check --explain`）；历史记录保留 90 天"
            .to_owned(),
        Said::PairIs { guance, name, jira } => format!("观测云问题 {guance} 对应 Jira 的 {name}（{jira}）"),
        Said::PairGone => "；其中一个已不存在：不再写入".to_owned(),
        Said::PairClosed => "；Jira 上已关闭：重新打开之前不写入".to_owned(),
        Said::CommentIs { id, origin, copy, pair } => {
            let other = match origin {
                Service::Guance => Service::Jira,
                Service::Jira => Service::Guance,
            };
            format!("{}评论 {id} 对应{}的 {copy}，属于 {pair}", side(origin), side(other))
        }
        Said::Since { since, why } => format!("自 {since} 起：{why}"),
        Said::Queued { stage: at, since, not_before, summary, why } => {
            let next = not_before.map(|at| format!("，不早于 {at} 重试")).unwrap_or_default();
            let why = why.map(|why| format!("：{why}")).unwrap_or_default();
            format!("自 {since} 起{}{next}：{summary}{why}", stage(at))
        }
        Said::DroppedBecause { because } => format!("（放弃原因：{because}）"),

        Said::Planned { target, summary, key, hold } => {
            let hold = match hold {
                Hold::No => "",
                Hold::Brake => "，被限流阀暂扣",
                Hold::Label => "，暂扣",
            };
            format!("-> {}：{summary}（{key}{hold}）", side(target))
        }
        Said::PlannedIssue { project, kind, labels, priority } => {
            let labels = if labels.is_empty() { String::new() } else { format!("，标签 {labels}") };
            let priority = priority.map(|priority| format!("，优先级 {priority}")).unwrap_or_default();
            format!("   项目 {project}，类型 {kind}{labels}{priority}")
        }
        Said::PlannedTitle { title } => format!("   标题：{title}"),
        Said::PlannedComment { issue, internal: false } => format!("   在 {issue} 上评论"),
        Said::PlannedComment { issue, internal: true } => format!("   在 {issue} 上写内部评论"),
        Said::PlannedEdit { comment, issue } => format!("   {issue} 上的评论 {comment} 改为"),
        Said::PlannedDelete { comment, issue } => format!("   删除 {issue} 上的评论 {comment}"),
        Said::PlannedChange { what, issue } => format!("   {issue}：{what}"),
        Said::PlannedFile { file, issue } => format!("   {issue} 的附件 {file}"),
        Said::PlannedLink { issue, title, url } => format!("   {issue} 上的链接：{title}（{url}）"),
        Said::WishTitle { title } => format!("标题改为“{title}”"),
        Said::WishBody => "新的描述".to_owned(),
        Said::WishPriority { priority } => format!("优先级改为 {priority}"),
        Said::WishNobody => "清空负责人".to_owned(),
        Said::WishPerson { name, id } => format!("负责人改为 {name}（{id}）"),
        Said::WishAnyStatus { category } => format!("状态改为类别 {category} 中的任意一个"),
        Said::WishStatus { name, or_else: None } => format!("状态改为 {name}"),
        Said::WishStatus { name, or_else: Some(other) } => format!("状态改为 {name}，不行则改为 {other}"),
        Said::InFuture { at } => format!("--since：{at} 在未来"),
        Said::NotAfter { until, since } => format!("--until：{until} 不晚于 --since 的 {since}"),
        Said::CheckLogin(Service::Guance) => "请检查 [guance].api_key".to_owned(),
        Said::CheckLogin(Service::Jira) => "请检查 [jira.auth]".to_owned(),
        Said::CannotOpen { path, why } => format!("无法打开 {path}：{why}"),
        Said::Progress { done, all, left } => {
            let left = left.map(|left| format!("，约剩 {left}")).unwrap_or_default();
            format!("已完成 {done} / {all}{left}")
        }

        Said::StateFile { path, bytes, version } => format!("文件    {path}，{bytes} 字节，版本 {version}"),
        Said::StateOf { side: one, what } => format!("{}  {what}", side(one)),
        Said::StatePair { pair, formerly } => {
            let formerly = formerly.map(|former| format!("，原为 {former}")).unwrap_or_default();
            format!("服务对  {pair}{formerly}")
        }
        Said::BelongsToNobody => "尚未归属任何服务：下一次运行会确定".to_owned(),
        Said::Markers { proven, missing } => {
            let missing = match missing {
                0 => String::new(),
                n => format!("；{n} 对的问题已不存在"),
            };
            format!("Jira 上有 {proven} 对带有标记{missing}")
        }
        Said::BelongedTo { jira, guance } => format!("状态文件原属于 {jira} 和 {guance}"),
        Said::BelongsTo { jira, guance, dry_run: true } => format!("状态文件将属于 {jira} 和 {guance}"),
        Said::BelongsTo { jira, guance, dry_run: false } => format!("状态文件现属于 {jira} 和 {guance}"),
        Said::Copied { from, to } => format!("已将 {from} 复制到 {to}；请在 [sync].state 中写明今后使用哪一个"),
        Said::CannotCopy { from, to, why } => format!("无法将 {from} 复制到 {to}：{why}"),
        Said::StateBusy => "另一次运行正在使用该状态文件：未做改动".to_owned(),
        Said::StateBusyHint => "请在它结束之后再试".to_owned(),

        Said::FileExists { path } => format!("{path} 已存在；未做改动"),
        Said::FileExistsHint => "请先移走它，或用 --config 指定另一个文件".to_owned(),
        Said::CannotWrite { path } => format!("无法写入 {path}"),
        Said::Wrote { files, config } => format!("已写入 {files}；下一步：`guajira --config {config} check`"),
        Said::Ask(question) => match question {
            Question::GuanceAddress => "观测云站点的 OpenAPI 地址",
            Question::GuanceVariable => "存放观测云 API key 的环境变量",
            Question::JiraAddress => "Jira 的地址",
            Question::JiraUser => "Jira 用户名或邮箱（留空：使用个人访问令牌）",
            Question::JiraVariable => "存放 Jira 令牌的环境变量",
            Question::JiraProject => "新问题所属 Jira 项目的 key",
            Question::IssueType => "新问题的类型",
        }
        .to_owned(),
        Said::NoNameOfVariable => "这不是环境变量名（例如 MY_KEY），也没有设置过同名变量".to_owned(),
        Said::KeepIn { file } => format!("如果它就是密钥本身：是否存入仅您可读的 {file}？(yes, no)"),
        Said::InputEnded => {
            "输入在回答完所有问题之前结束；请在终端中运行 `guajira init`，或手工编写 sync.toml".to_owned()
        }
    }
}
