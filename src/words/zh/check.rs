//! `guajira check`.

use super::alerts::{alerts_fine, alerts_mend, alerts_tested, alerts_wrong};
use super::{config_warning, side};
use crate::words::{CheckWords, Fine, Lang, Mend, Purpose, Tested, Wrong, told};

pub(in crate::words) fn tested(what: &Tested) -> String {
    match what {
        Tested::Config { place } => format!("配置 {place}"),
        Tested::ConfigOfEnvironment => "配置（环境变量）".to_owned(),
        Tested::State { path } => format!("状态文件 {path}"),
        Tested::StateFile => "状态文件".to_owned(),
        Tested::Side(one) => side(*one).to_owned(),
        Tested::GuanceCredential => "观测云 API Key".to_owned(),
        Tested::GuanceChannel { name } => format!("观测云频道 {name:?}"),
        Tested::GuanceIssues => "观测云问题".to_owned(),
        Tested::GuanceIncidents => "观测云故障".to_owned(),
        Tested::GuanceLevels => "观测云问题等级".to_owned(),
        Tested::ListedLevels => "[route.priority] 中的观测云等级".to_owned(),
        Tested::GuanceClock => "与观测云的时钟差".to_owned(),
        Tested::Alerts(what) => alerts_tested(what),
        Tested::JiraAt { address } => format!("Jira：{address}"),
        Tested::JiraGateway { address } => format!("Jira 网关 {address}"),
        Tested::Scopes => "token 的 scope".to_owned(),
        Tested::Scope { name } => format!("权限范围 {name}"),
        Tested::JiraLogin => "Jira 登录".to_owned(),
        Tested::JiraClock => "Jira 时钟".to_owned(),
        Tested::JiraTimeZone => "Jira 时区".to_owned(),
        Tested::Project { key } => format!("项目 {key}"),
        Tested::Permissions { project } => format!("项目 {project} 的权限列表"),
        Tested::Permission { name, project } => format!("项目 {project} 的权限 {name}"),
        Tested::Statuses { issue_type, project } => format!("项目 {project} 中 {issue_type} 的状态"),
        Tested::IssueType { issue_type, project } => format!("项目 {project} 的问题类型 {issue_type}"),
        Tested::Fields { issue_type, project } => format!("项目 {project} 中 {issue_type} 的字段"),
        Tested::Field { name, issue_type, project } => format!("项目 {project} 中 {issue_type} 的字段 {name}"),
        Tested::Transitions { issue_type, project } => format!("项目 {project} 中 {issue_type} 的转换"),
        Tested::Transition { name, to, project } => format!("项目 {project} 中到 {to} 的转换 {name:?}"),
        Tested::Resolutions { project } => format!("项目 {project} 的 [route.reuse] 中的解决结果"),
        Tested::WayBack { issue_type, project } => format!("项目 {project} 中 {issue_type} 重新打开的转换"),
        Tested::TimeSearch => "Jira 按时间搜索".to_owned(),
        Tested::WriteCounter => "Jira 写入计数".to_owned(),
        Tested::Attachments => "Jira 附件".to_owned(),
        Tested::Room { name, kind } => format!("通知 {name}（{kind}）"),
        Tested::Textfile { path } => format!("指标文件 {path}"),
        Tested::Heartbeat => "心跳".to_owned(),
        Tested::Takeover => "接管旧脚本".to_owned(),
    }
}

pub(in crate::words) fn fine(fine: &Fine) -> String {
    match fine {
        Fine::NoMistakes => "没有错误".to_owned(),
        Fine::Named(name) => name.clone(),
        Fine::ReadableAndWritable => "可读可写".to_owned(),
        Fine::NoStateYet => "尚不存在，第一次 sync 时创建".to_owned(),
        Fine::BelongsTo { guance, jira } => {
            format!("属于 {} 和 {}", told(guance, Lang::Zh), told(jira, Lang::Zh))
        }
        Fine::Accepted => "有效".to_owned(),
        Fine::Called { name, id } => format!("{name}（{id}）"),
        Fine::IssuesReadable { count } => format!("可读取，最近一小时有 {count} 个"),
        Fine::Alerts(fine) => alerts_fine(fine),
        Fine::ClockOff { seconds } => format!("{seconds} 秒"),
        Fine::JiraVersion { version, deployment } => format!("版本 {version}，部署方式 {deployment}"),
        Fine::ClockWithin { seconds } => format!("与本机相差不超过 {seconds} 秒"),
        Fine::TimeZone { zone } => format!("{zone}（不影响同步）"),
        Fine::TimeZoneUnknown => "未提供（不影响同步）".to_owned(),
        Fine::Visible => "可见".to_owned(),
        Fine::VisibleAs { kind } => format!("可见（{kind}）"),
        Fine::ServiceProject => "服务项目：guajira 在其中写内部备注".to_owned(),
        Fine::Granted => "已授予".to_owned(),
        Fine::AreThere { names } => format!("{names} 都存在"),
        Fine::OnCreateScreen => "在创建界面上".to_owned(),
        Fine::NamedOnCreateScreen { names } => format!("{names}：字段在创建界面上"),
        Fine::CreatableAs { shown, id } => format!("可以创建，对应 {shown}（编号 {id}）"),
        Fine::WithId { name, id } => format!("{name}（编号 {id}）"),
        Fine::FieldOf { id, kind } => format!("{id}（{kind}）"),
        Fine::ParentAs { key, field } => format!("{key}，写入字段 {field}"),
        Fine::AsksForNothing { count, issue } => format!("{issue} 的 {count} 个转换都没有 guajira 不会填写的必填字段"),
        Fine::OpensAgain { issue, names } => format!("{issue} 可以重新打开为 {names}"),
        Fine::ExactTimes => "支持精确时间".to_owned(),
        Fine::MinutesOnly => "按相对分钟搜索（此 Jira 不支持精确时间，不影响同步）".to_owned(),
        Fine::MinutesForNow => "项目中还没有问题，暂按相对分钟搜索".to_owned(),
        Fine::CounterKept => "可以保存（guajira 据此发现状态文件是旧副本）".to_owned(),
        Fine::SiteId { id } => format!("站点 id 为 {id}"),
        Fine::ScopesNeeded { names } => format!("此配置只需要 {names}"),
        Fine::ScopeCounts { keys } if keys.is_empty() => "token 已具备".to_owned(),
        Fine::ScopeCounts { keys } => format!("token 已具备；{keys} 需要它"),
        Fine::RoomAnswers { host, signed } => {
            let signed = if *signed { "带签名" } else { "不带签名" };
            format!("{host} 有应答，{signed}；没有发送任何消息")
        }
        Fine::TextfileWritable => "可以写入；没有写入".to_owned(),
        Fine::HeartbeatAnswers { host } => format!("{host} 有应答；没有上报，因此没有检查它是否认识这个地址"),
        Fine::MessageTaken => "已接收测试消息".to_owned(),
        Fine::UpTo { size } => format!("最大 {size}"),
    }
}

pub(in crate::words) fn wrong(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Said(words) => told(words, Lang::Zh),
        Wrong::Config(warning) => config_warning(warning),
        Wrong::NoFolder { folder } => format!("目录 {folder} 不存在"),
        Wrong::NoSuchChannel => "没有这个频道".to_owned(),
        Wrong::Alerts(wrong) => alerts_wrong(wrong),
        Wrong::LevelsNotListed { names } => format!("未列出 {names}：这些等级的问题不会同步"),
        Wrong::ClockAhead { seconds } => format!("本机时钟快 {seconds} 秒"),
        Wrong::ClockBehind { seconds } => format!("本机时钟慢 {seconds} 秒"),
        Wrong::OtherDeployment { told } => format!("对方自称是 Jira {told}"),
        Wrong::Archived => "已归档".to_owned(),
        Wrong::NotGranted => "未授予".to_owned(),
        Wrong::NotTold => "此 Jira 没有给出".to_owned(),
        Wrong::NoSuchStatus { names } => format!("工作流中没有 {names}"),
        Wrong::NoSuchType => "不存在，或机器人账号无权创建".to_owned(),
        Wrong::NotOnScreen => "不在创建界面上".to_owned(),
        Wrong::NoLabels { own_too: false } => "不在创建界面上：标记用的标签可能无法写入".to_owned(),
        Wrong::NoLabels { own_too: true } => {
            "不在创建界面上：标记用的标签可能无法写入，路由里的标签也不会写入".to_owned()
        }
        Wrong::CreatedWithout => "不在创建界面上：新建的问题不带这个字段".to_owned(),
        Wrong::UnknownThere { names } => format!("不存在：{names}"),
        Wrong::FieldRequired { name } => format!("{name} 是必填字段，guajira 没有填写它"),
        Wrong::FieldTypeUnknown { kind } => format!("guajira 不能填写类型为 {kind:?} 的字段"),
        Wrong::NoRequestType => "没有设置，guajira 建的工单不会出现在任何队列和门户里".to_owned(),
        Wrong::NoServiceProject => "这不是服务项目".to_owned(),
        Wrong::TransitionWants { issue, wanted } => format!("{issue}：必须填写 {wanted}，而 guajira 没有填写"),
        Wrong::NoSuchResolution { names } => format!("Jira 中没有 {names}：这样解决的工单仍会继续使用"),
        Wrong::NoWayBack { issue } => format!("已解决的 {issue} 没有能回到未关闭状态的转换"),
        Wrong::MayNotKeep => "机器人账号不能保存用户属性".to_owned(),
        Wrong::ScopeLacking { keys } if keys.is_empty() => "token 不具备".to_owned(),
        Wrong::ScopeLacking { keys } => format!("token 不具备；{keys} 需要它"),
        Wrong::AttachmentsOff => "附件功能已关闭".to_owned(),
        Wrong::AttachmentsUpTo { size } => format!("此 Jira 最大只接受 {size}"),
        Wrong::TakeoverUnclear { why } => {
            format!("无法判断是否有别的程序已为观测云问题建过 Jira 问题：{}", told(why, Lang::Zh))
        }
        Wrong::MadeByOthers { count, named } => {
            format!("{count} 个 Jira 问题带有观测云问题的 uuid，但不是 guajira 创建的：{named}；对应的新建会被暂扣")
        }
    }
}

pub(in crate::words) fn mend(mend: &Mend) -> String {
    match mend {
        Mend::Said(words) => told(words, Lang::Zh),
        Mend::MakeFolder => "请创建该目录，或修改 [sync].state".to_owned(),
        Mend::MakeTextfileFolder => "请建立该目录并允许当前用户写入，或修改 [signals].textfile".to_owned(),
        Mend::CheckHeartbeat => "请检查 [signals].heartbeat 和网络；没有心跳时运行不受影响".to_owned(),
        Mend::SetChannel { names } => format!("请将 [guance].channel 设为其中之一：{names}"),
        Mend::Alerts(mend) => alerts_mend(mend),
        Mend::ListLevels { example } => {
            format!("请补上这些等级，例如 {example:?} = \"Low\"；或去掉整张表：所有等级都会同步")
        }
        Mend::UseNtp => "不会丢失数据，但报告中的时间不准：请启用 NTP 校时".to_owned(),
        Mend::SetDeployment => "请设置 [jira].deployment = \"auto\"".to_owned(),
        Mend::Restore => "请恢复该项目，或从 [[route]].project 中去掉；在此之前，要写入的内容会一直等待".to_owned(),
        Mend::CheckProject => "请检查 [[route]].project，并授予机器人账号该项目的 Browse Projects 权限".to_owned(),
        Mend::GrantInScheme { purpose: why } => {
            format!("请在项目的权限方案中授予机器人账号，用途：{}", purpose(*why))
        }
        Mend::GrantGlobally { purpose: why } => {
            format!("请授予机器人账号全局权限 Browse users and groups，用途：{}", purpose(*why))
        }
        Mend::UseStatuses { names } => format!("请在 [route.status] 和 closed_status 中使用：{names}"),
        Mend::GrantCreate => "请授予机器人账号 Create Issues 权限（Jira 8.4 之前的版本无法检查）".to_owned(),
        Mend::SetType { names } => format!("请将 [[route]].issue_type 设为其中之一：{names}"),
        Mend::AddLabels => "请在创建界面上加入“标签”字段：状态文件丢失时要靠标签找回副本".to_owned(),
        Mend::CheckSecurity => {
            "没有安全级别就不会创建问题：请检查 [[route]].security、创建界面，以及机器人账号的 Set Issue Security 权限"
                .to_owned()
        }
        Mend::GiveValue => "请在 [route.fields] 或 Jira 中给它一个值，或将它改为该问题类型的选填字段".to_owned(),
        Mend::PutOnScreen { names } => {
            format!("请把它加到创建界面上，或在 [route.fields] 中改用：{names}")
        }
        Mend::PutOnScreenOrLeaveOut { key } => format!("请把它加到创建界面上，或去掉 {key}"),
        Mend::PutParentOnScreen => "请把 Parent 或 Epic Link 加到创建界面上，或去掉 [[route]].parent".to_owned(),
        Mend::LeaveFieldOut => "请从 [route.fields] 中去掉它".to_owned(),
        Mend::ChangeFieldValue => "请修改它在 [route.fields] 中的值".to_owned(),
        Mend::UseChoices { key, names } => format!("请在 {key} 中使用：{names}"),
        Mend::CheckParent { key } => format!("请检查 [[route]].parent：{key} 是否存在、是否可见"),
        Mend::SetRequestType { names } if names.is_empty() => "请设置 [[route]].request_type".to_owned(),
        Mend::SetRequestType { names } => format!("请把 [[route]].request_type 设为其中之一：{names}"),
        Mend::GiveTransitionValue => {
            "请在 [route.transition] 中给它一个值，或从该转换的界面上去掉它、改为选填、设置默认值".to_owned()
        }
        Mend::UseResolutions { names } => format!("请在 unless_resolution 中使用：{names}"),
        Mend::AddWayBack => {
            "请加一个机器人账号可以使用的转换，或去掉 [route.reuse]：在此之前，每个问题都会单独建单".to_owned()
        }
        Mend::MakeToken { names } => format!("新建带有 scope {names} 的 token，写入 [jira.auth].token"),
        Mend::LetBotEditProfile => {
            "否则无法发现状态文件是从旧副本恢复的；请允许机器人账号修改自己的资料（scope write:jira-work）".to_owned()
        }
        Mend::LowerMaxAttachment => "请将 [flow].max_attachment 设为不超过该值，或在 Jira 中调高上限".to_owned(),
        Mend::SwitchAttachmentsOn => "请在 Jira 中开启附件功能".to_owned(),
        Mend::Adopt { account } => adopt(account.as_deref()),
    }
}

fn adopt(account: Option<&str>) -> String {
    let option = account.map(|account| format!(" --created-by {account}")).unwrap_or_default();
    format!(
        "请先停掉脚本，再运行 `guajira adopt --script{option} --dry-run`；如果这些标签没有意义，设置 \
         [jira].script = \"none\""
    )
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::See => "查看项目",
        Purpose::Create => "创建问题",
        Purpose::Comment => "写入评论",
        Purpose::EditComments => "修改评论",
        Purpose::DeleteComments => "[flow].deletes = \"delete\"（删除评论）",
        Purpose::Transition => "同步状态",
        Purpose::EditIssues => "同步标题、描述和等级",
        Purpose::Continue => "按 [route.reuse] 继续使用工单",
        Purpose::Assign => "同步负责人",
        Purpose::FindPeople => "按邮箱或姓名查找用户",
        Purpose::Link => "建立到观测云的链接；不需要可设 [flow].links = \"off\"",
        Purpose::Attach => "[flow].attachments（附件）",
    }
}

pub(in crate::words) fn check(said: CheckWords<'_>) -> String {
    let joined = |detail: &str| if detail.is_empty() { String::new() } else { format!("：{detail}") };
    match said {
        CheckWords::Good { what, detail } => format!("正常 {what}{}", joined(detail)),
        CheckWords::Warning { what, detail } => format!("警告 {what}{}", joined(detail)),
        CheckWords::Failure { what, detail } => format!("失败 {what}{}", joined(detail)),
        CheckWords::MadeBy { issue, account } => format!("{issue}（由 {account} 创建）"),
        CheckWords::MadeByUs { issue } => format!("{issue}（由 guajira 自己的账号创建）"),
        CheckWords::Verdict { fine, warnings, failures } => {
            let next = if failures == 0 {
                "`guajira sync --dry-run`"
            } else {
                "解决标为“失败”的各项，再运行 `guajira check`"
            };
            let many = |n: usize, what: &str| if n == 0 { String::new() } else { format!("，{n} 项{what}") };
            format!("{fine} 项正常{}{}；下一步：{next}", many(warnings, "警告"), many(failures, "失败"))
        }
        CheckWords::CannotMakeState => "无法创建状态文件".to_owned(),
        CheckWords::NoSuchRoom { name } => format!("没有名为 {name:?} 的 [[notify]]"),
        CheckWords::RoomsAre { names } => format!("配置中有 {names}"),
        CheckWords::NoRooms => "配置中没有 [[notify]]：请添加一个".to_owned(),
    }
}
