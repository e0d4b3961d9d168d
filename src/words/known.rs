//! Sentences that were said or kept in English, found again and said in another language.
//!
//! What is kept in the state file, or goes from an adapter to the engine, stays readable for every version of guajira and for
//! programs. When a person reads it, the message is found by its English words; what stands between them are its arguments,
//! which may be such sentences too. A sentence that is not found, such as a service's own words, is shown as it is.

use std::sync::LazyLock;

use super::samples::{self, Sample};
use super::{
    AlertsHint, CallFault, Cause, Count, EngineFault, FieldReason, GuanceFault, Hidden, Hint, ItemHint, JiraFault,
    JiraHint, Kept, Lang, Left, Length, Less, ListFault, Message, Note, NotifyHint, OAuthHint, RunWords, Service,
    StateHint, Summary, TemplateFault, Why,
};

/// Fewest characters of a sentence besides its arguments. Less would be found in anything.
const LEAST: usize = 6;

/// More than any message has of its own.
const MOST: usize = 10_000;

/// Arguments that are somebody else's words: a service's, or a person's.
const VERBATIM: [&str; 10] =
    ["title", "who", "words", "file", "issue", "name", "names", "account", "because", "address"];

/// Returns a sentence that was said in English as a language says it.
pub fn told(said: &str, lang: Lang) -> String {
    match lang {
        Lang::En => said.to_owned(),
        Lang::Zh => in_chinese(said),
    }
}

/// Returns why a condition or a template gave nothing, as a language says it.
pub fn told_template(said: &str, lang: Lang) -> String {
    match lang {
        Lang::En => said.to_owned(),
        Lang::Zh => found(said, &TEMPLATES).unwrap_or_else(|| said.to_owned()),
    }
}

/// Returns why fewer people may see something, as a language says it.
pub fn told_restriction(said: &str, lang: Lang) -> String {
    match lang {
        Lang::En => said.to_owned(),
        Lang::Zh => found(said, &RESTRICTIONS).unwrap_or_else(|| said.to_owned()),
    }
}

/// Returns the summary of a run, which was kept in English, as a language says it.
pub fn told_summary(kept: &str, lang: Lang) -> String {
    let [comma, theirs] = [Lang::En, lang].map(|lang| RunWords::Comma.in_lang(lang));
    kept.split(comma.as_str()).map(|part| told_part(part, lang)).collect::<Vec<_>>().join(&theirs)
}

fn told_part(part: &str, lang: Lang) -> String {
    let number = part.split(' ').next().and_then(|word| word.parse::<usize>().ok());
    let counts =
        number.into_iter().flat_map(|n| Count::samples("").into_iter().map(move |what| RunWords::Count(what, n)));
    let project = part.strip_prefix("project ").and_then(|rest| rest.strip_suffix(" not read"));
    let sides = Service::ALL.into_iter().flat_map(|side| [RunWords::SideFailed(side), RunWords::SideAskedToWait(side)]);
    let others = [RunWords::NothingToDo, RunWords::NothingWritten];
    let project = project.map(|project| RunWords::ProjectNotRead { project });
    let known = counts.chain(sides).chain(others).chain(project).find(|said| said.in_lang(Lang::En) == part);
    match known {
        Some(RunWords::Count(what, n)) => RunWords::Counted(what, n).in_lang(lang),
        Some(said) => said.in_lang(lang),
        None => part.to_owned(),
    }
}

/// A message that a sentence may be: what stands around its arguments in English and in Chinese, and their names.
struct Pattern {
    english: Vec<String>,
    names: Vec<String>,
    chinese: Vec<String>,
    order: Vec<String>,
    /// How many characters of the English sentence are the message's own.
    certainty: usize,
    /// Which of several messages it rather is: see [`found`].
    rank: usize,
}

static SENTENCES: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let mut all = Vec::new();
    add::<Hint>(&mut all);
    add::<JiraHint>(&mut all);
    add::<OAuthHint>(&mut all);
    add::<ItemHint>(&mut all);
    add::<StateHint>(&mut all);
    add::<AlertsHint>(&mut all);
    add::<NotifyHint>(&mut all);
    add::<Kept>(&mut all);
    add::<Summary>(&mut all);
    add::<FieldReason>(&mut all);
    add::<Note>(&mut all);
    add::<Left>(&mut all);
    add::<Why<'static>>(&mut all);
    add::<CallFault>(&mut all);
    add::<ListFault>(&mut all);
    add::<Cause>(&mut all);
    add::<GuanceFault>(&mut all);
    add::<JiraFault>(&mut all);
    add::<Less>(&mut all);
    add::<EngineFault>(&mut all);
    all.retain(|pattern| pattern.certainty >= LEAST);
    // An argument at the beginning may be the beginning of another message.
    for pattern in all.iter_mut().filter(|pattern| pattern.english.first().is_some_and(|first| !first.is_empty())) {
        pattern.rank += MOST;
    }
    all
});

/// Of little use elsewhere: a service may say the like in its own words.
static TEMPLATES: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let mut all = Vec::new();
    add::<TemplateFault>(&mut all);
    all
});

static RESTRICTIONS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let mut all = Vec::new();
    add::<Hidden>(&mut all);
    all
});

static LENGTHS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let mut all = Vec::new();
    add::<Length>(&mut all);
    all
});

fn add<T: Sample + Message>(all: &mut Vec<Pattern>) {
    for message in T::samples("") {
        let (english, names) = samples::taken_apart(&message.in_lang(Lang::En));
        let (chinese, order) = samples::taken_apart(&message.in_lang(Lang::Zh));
        let certainty = english.iter().map(|piece| piece.chars().count()).sum();
        all.push(Pattern { english, names, chinese, order, certainty, rank: certainty });
    }
}

fn in_chinese(said: &str) -> String {
    if let Some((request, why)) = request(said) {
        return format!("{request}：{}", in_chinese(why));
    }
    found(said, &SENTENCES).or_else(|| with_hint(said)).unwrap_or_else(|| said.to_owned())
}

/// Takes a sentence apart that begins with a request, `GET /rest/api/3/myself: …`: the request, and what became of it.
fn request(said: &str) -> Option<(&str, &str)> {
    let is_method = ["GET ", "POST ", "PUT ", "DELETE ", "/api/"].iter().any(|method| said.starts_with(method));
    said.split_once(": ").filter(|_| is_method)
}

/// Says the hint behind a service's own words: an optional write that was given up keeps both in one sentence.
fn with_hint(said: &str) -> Option<String> {
    let ends = said.match_indices("; ").map(|(at, mark)| (at, at + mark.len()));
    let hint = |(end, begin): (usize, usize)| {
        let hint = found(said.get(begin..)?, &SENTENCES)?;
        Some(format!("{}；{hint}", said.get(..end)?))
    };
    ends.into_iter().find_map(hint)
}

/// Returns the message that a sentence is, in Chinese: of several the one that says most of it in its own words, and rather
/// one of [`SENTENCES`] that begins with such words.
fn found(said: &str, patterns: &[Pattern]) -> Option<String> {
    let matches = |pattern: &&Pattern| arguments(said, pattern).is_some();
    let best = patterns.iter().filter(matches).max_by_key(|pattern| pattern.rank)?;
    let arguments = arguments(said, best)?;
    let argument = |name: &String| {
        let at = best.names.iter().position(|known| known == name)?;
        Some(argument(name, arguments.get(at)?))
    };
    let mut whole = String::new();
    for (n, piece) in best.chinese.iter().enumerate() {
        whole.push_str(piece);
        whole.push_str(&best.order.get(n).and_then(argument).unwrap_or_default());
    }
    Some(whole)
}

/// Returns an argument in Chinese, by its name.
fn argument(name: &str, said: &str) -> String {
    match name {
        "within" => found(said, &LENGTHS).unwrap_or_else(|| said.to_owned()),
        "hidden" => told_restriction(said, Lang::Zh),
        "template" | "found" | "wanted" => told_template(said, Lang::Zh),
        name if VERBATIM.contains(&name) => said.to_owned(),
        _ => in_chinese(said),
    }
}

/// Returns what stands between the pieces of a sentence, where it consists of them.
fn arguments<'s>(said: &'s str, pattern: &Pattern) -> Option<Vec<&'s str>> {
    let (first, rest) = pattern.english.split_first()?;
    let mut left = said.strip_prefix(first.as_str())?;
    let Some((last, between)) = rest.split_last() else { return left.is_empty().then(Vec::new) };
    let mut all = Vec::new();
    for (piece, name) in between.iter().zip(&pattern.names) {
        let (argument, behind) = parted(left, piece, name)?;
        all.push(argument);
        left = behind;
    }
    all.push(left.strip_suffix(last.as_str())?);
    // A length of time is one word.
    let is_one = |(name, argument): (&String, &&str)| name != "within" || !argument.contains(' ');
    pattern.names.iter().zip(&all).all(is_one).then_some(all)
}

/// Parts a text at the first place of a piece; what a write is about ends where it is a whole sentence, for a title may hold
/// the piece too.
fn parted<'s>(left: &'s str, piece: &str, name: &str) -> Option<(&'s str, &'s str)> {
    let parts = || {
        let at = left.match_indices(piece).map(|(at, _)| at);
        at.filter_map(|at| Some((left.get(..at)?, left.get(at + piece.len()..)?)))
    };
    let is_whole = |(argument, _): &(&str, &str)| found(argument, &SUMMARIES).is_some();
    let whole = if matches!(name, "what" | "summary") { parts().find(is_whole) } else { None };
    whole.or_else(|| parts().next())
}

static SUMMARIES: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let mut all = Vec::new();
    add::<Summary>(&mut all);
    all
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_hint_is_said_in_the_language_of_whoever_reads_it() {
        for (kept, zh) in [
            ("set [guance].api_key", "请设置 [guance].api_key"),
            (
                "set [jira].ca_file to your company's CA certificates, if they signed the server's",
                "如果服务器证书由公司的 CA 签发，请将 [jira].ca_file 设为公司的 CA 证书文件",
            ),
            (
                "what answers at [jira].base_url sends us to another host (sso.example.com): a login page or a proxy, or Jira \
                 has moved. Ask those who run Jira before you change [jira].base_url: your credentials go there",
                "[jira].base_url 要求跳转到另一台主机（sso.example.com）：可能是登录页或代理，也可能 Jira 已搬迁。修改 \
                 [jira].base_url 之前请先问 Jira 管理员：您的凭据会发往那里",
            ),
            ("check [[route]].issue_type \"Bug\"", "请检查 [[route]].issue_type \"Bug\""),
        ] {
            assert_eq!(told(kept, Lang::Zh), zh);
            assert_eq!(told(kept, Lang::En), kept);
        }
    }

    #[test]
    fn the_summary_of_a_run_is_said_part_by_part() {
        for (kept, zh) in [
            ("nothing to do", "没有新内容"),
            ("1 issue created, 2 failed, jira failed", "新建 1 个问题，2 项失败，Jira 失败"),
            ("project OPS not read, guance asked to wait", "项目 OPS 未能读取，观测云要求稍后再试"),
            ("5 held by the brake, 3 wonders done", "5 项被限流阀暂扣，3 wonders done"),
        ] {
            assert_eq!(told_summary(kept, Lang::Zh), zh);
            assert_eq!(told_summary(kept, Lang::En), kept);
        }
    }

    /// What is kept in every state file stays as it was, and is shown in better words.
    #[test]
    fn a_summary_is_kept_as_it_was_and_shown_in_words_of_today() {
        let kept = "1 found done already, 6 copies recognised, 5 released, 2 dead";
        let counts = [(Count::FoundDone, 1), (Count::Recognised, 6), (Count::Released, 5), (Count::Dead, 2)];
        let parts = counts.map(|(what, n)| RunWords::Count(what, n).in_lang(Lang::En));
        assert_eq!(parts.join(", "), kept);
        let shown = "1 write in doubt had arrived, 6 existing copies found again, 5 released from the brake, 2 dead";
        assert_eq!(told_summary(kept, Lang::En), shown);
    }

    #[test]
    fn what_became_of_a_request_is_said_and_the_services_own_words_stay() {
        for (kept, zh) in [
            (
                "GET http://127.0.0.1:1/api/v1/x: cannot connect: Connection refused (os error 111)",
                "GET http://127.0.0.1:1/api/v1/x：无法连接：连接被拒绝（系统错误 111）",
            ),
            ("POST https://h/x: no answer within 10s", "POST https://h/x：10 秒内没有应答"),
            ("POST https://h/x: no answer within 2.5s", "POST https://h/x：2.5 秒内没有应答"),
            ("POST https://h/x: no answer within 500ms", "POST https://h/x：500 毫秒内没有应答"),
            (
                "GET /rest/api/3/myself: 401 credentials refused: the token is no good",
                "GET /rest/api/3/myself：401 凭据被拒绝：the token is no good",
            ),
            ("POST /rest/api/3/issue: 400: it is not there", "POST /rest/api/3/issue：400: it is not there"),
            (
                "POST /api/v1/issue/list: 403 ft.InvalidAPIKey: bad key (trace T)",
                "POST /api/v1/issue/list：403 ft.InvalidAPIKey: bad key (trace T)",
            ),
            (
                "POST /api/v1/issue/list: 200, not an answer of the OpenAPI: \"<html> Sign in\"",
                "POST /api/v1/issue/list：200，不是 OpenAPI 的应答：\"<html> Sign in\"",
            ),
            (
                "GET https://h/x: cannot connect: invalid peer certificate: UnknownIssuer",
                "GET https://h/x：无法连接：服务器证书无效：签发机构不受信任",
            ),
            (
                "GET list: not read to its end: the run's time was over after 1 pages, 2 rows",
                "GET list：没有读到末尾：读取 1 页、2 行之后，本次运行的时间已用完",
            ),
            (
                "POST /x: no answer within 5s (sent 3 times, and it never took effect)",
                "POST /x：5 秒内没有应答（已发送 3 次，一直没有生效）",
            ),
            (
                "PUT /x: 400: No link!; switch issue linking on in Jira and grant Link Issues, or set [flow].links = \"off\"",
                "PUT /x：400: No link!；请在 Jira 中开启问题链接并授予 Link Issues 权限，或设置 [flow].links = \"off\"",
            ),
            (
                "/api/v1/workspace/get: unexpected answer: missing field `id`",
                "/api/v1/workspace/get：应答不符合预期：缺少字段 `id`",
            ),
        ] {
            assert_eq!(told(kept, Lang::Zh), zh);
            assert_eq!(told(kept, Lang::En), kept);
        }
    }

    /// The engine writes these sentences; they are found by what they say.
    #[test]
    fn a_history_is_said_in_the_language_of_whoever_reads_it() {
        for (kept, zh) in [
            ("its copy is closed: nothing is written to it", "它的副本已关闭：不再写入"),
            ("its copy is open again", "它的副本已重新打开"),
            (
                "its copy OPS-1 is archived on Jira: what is to be written there waits until it is restored",
                "它的副本 OPS-1 在 Jira 上已归档：要写入的内容等到恢复之后",
            ),
            ("its copy OPS-1 is not archived any more", "它的副本 OPS-1 已不再归档"),
            ("goes again: the create screen of Bug in OPS has changed", "再次发送：项目 OPS 中 Bug 的创建界面有变动"),
            ("not sent after all: one of the two issues is gone", "最终没有发送：两边的问题有一个已不存在"),
            (
                "dropped: issue \"disk: full\" in OPS: nobody needs it",
                "已放弃：问题“disk: full”（项目 OPS）：nobody needs it",
            ),
            (
                "failed, and is tried again: comment by Mia on OPS-1: POST /x: 503: busy",
                "失败，稍后重试：Mia 的评论（OPS-1）：POST /x：503: busy",
            ),
            (
                "held: OPS-1 of Bob B carries its uuid: `guajira adopt --script --created-by acc-bob` takes it over",
                "暂扣：Bob B 创建的 OPS-1 带有它的 uuid：用 `guajira adopt --script --created-by acc-bob` 可接管它",
            ),
            ("not carried: restricted: role Administrators", "未同步：可见范围受限：仅限角色 Administrators"),
            (
                "not carried: restricted: security level Secret (a comment that shows it)",
                "未同步：可见范围受限：安全级别 Secret（有评论显示它）",
            ),
            (
                "not carried: the `when` of [[route]] number 2 goes wrong: tags.env is not set",
                "未同步：第 2 个 [[route]] 的 `when` 出错：tags.env 没有值",
            ),
            (
                "not carried: the `when` of [[route]] number 1 goes wrong: tags.env is not set",
                "未同步：第 1 个 [[route]] 的 `when` 出错：tags.env 没有值",
            ),
        ] {
            assert_eq!(told(kept, Lang::Zh), zh);
        }
    }

    #[test]
    fn a_mistake_in_a_template_is_said_in_chinese() {
        for (said, zh) in [
            ("unknown name `levle`; did you mean `level`?", "未知名称 `levle`；是否想写 `level`？"),
            ("syntax error: unexpected end of input, expected expression", "语法错误：遇到结尾，此处应为表达式"),
            (
                "syntax error: unexpected input after expression; `=` is written `==` here",
                "语法错误：表达式之后还有多余的内容；这里的 `=` 应写成 `==`",
            ),
            ("unknown filter: filter shout is unknown", "未知过滤器：没有过滤器 shout"),
            ("takes more than 50000 steps", "执行超过 50000 步"),
        ] {
            assert_eq!(told_template(said, Lang::Zh), zh);
            assert_eq!(told_template(said, Lang::En), said);
        }
    }

    #[test]
    fn what_is_no_message_is_shown_as_it_is() {
        for kept in ["", "summary: You must specify a summary", "set [guance].api_key now", "check it"] {
            assert_eq!(told(kept, Lang::Zh), kept);
        }
    }

    #[test]
    fn every_kept_message_is_found_again_as_itself() {
        fn check<T: Sample + Message>() {
            for message in T::samples("") {
                let (en, zh) = (message.in_lang(Lang::En), message.in_lang(Lang::Zh));
                let own = samples::taken_apart(&en).0.concat().chars().count();
                assert_eq!(told(&en, Lang::Zh), if own < LEAST { en } else { zh });
            }
        }
        check::<Hint>();
        check::<JiraHint>();
        check::<ItemHint>();
        check::<StateHint>();
        check::<AlertsHint>();
        check::<NotifyHint>();
        check::<Kept>();
        check::<Summary>();
        check::<FieldReason>();
        check::<Note>();
        check::<CallFault>();
        check::<ListFault>();
        check::<Cause>();
        check::<GuanceFault>();
        check::<JiraFault>();
        check::<Less>();
        check::<EngineFault>();
        check::<Left>();
    }
}
