//! Sentences that the state file keeps in English, found again and said in another language.
//!
//! What is kept stays readable for every version of guajira and for programs. When a person reads it, the message is found by
//! its English words; what stands between them are its arguments, which may be such sentences too. A sentence that is not
//! found is shown as it is.

use super::samples::{self, Sample};
use super::{
    Count, FieldReason, Hint, ItemHint, JiraHint, Kept, Lang, Message, Note, NotifyHint, RunWords, Service, StateHint,
    Summary, Why,
};

/// Fewest characters of a sentence besides its arguments. Less would be found in anything.
const LEAST: usize = 6;

/// Returns a sentence that was kept in English as a language says it.
pub fn told(kept: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return kept.to_owned();
    }
    let all = [
        found::<Hint>(kept, lang),
        found::<JiraHint>(kept, lang),
        found::<ItemHint>(kept, lang),
        found::<StateHint>(kept, lang),
        found::<NotifyHint>(kept, lang),
        found::<Kept>(kept, lang),
        found::<Summary>(kept, lang),
        found::<FieldReason>(kept, lang),
        found::<Note>(kept, lang),
        found::<Why<'static>>(kept, lang),
    ];
    let best = all.into_iter().flatten().max_by_key(|found| found.certainty);
    best.map_or_else(|| kept.to_owned(), |found| found.said)
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
    let sides =
        Service::BOTH.into_iter().flat_map(|side| [RunWords::SideFailed(side), RunWords::SideAskedToWait(side)]);
    let others = [RunWords::NothingToDo, RunWords::NothingWritten];
    let project = project.map(|project| RunWords::ProjectNotRead { project });
    let known = counts.chain(sides).chain(others).chain(project).find(|said| said.in_lang(Lang::En) == part);
    known.map_or_else(|| part.to_owned(), |said| said.in_lang(lang))
}

/// A message that a kept sentence may be.
struct Found {
    /// How many characters of the sentence are the message's own.
    certainty: usize,
    said: String,
}

fn found<T: Sample + Message>(kept: &str, lang: Lang) -> Option<Found> {
    let one = |message: &T| {
        let (pieces, names) = samples::taken_apart(&message.in_lang(Lang::En));
        let certainty = pieces.iter().map(|piece| piece.chars().count()).sum();
        let arguments = arguments(kept, &pieces).filter(|_| certainty >= LEAST)?;
        let (pieces, order) = samples::taken_apart(&message.in_lang(lang));
        let argument = |name: &String| {
            let at = names.iter().position(|known| known == name)?;
            Some(told(arguments.get(at)?, lang))
        };
        let mut said = String::new();
        for (n, piece) in pieces.iter().enumerate() {
            said.push_str(piece);
            said.push_str(&order.get(n).and_then(argument).unwrap_or_default());
        }
        Some(Found { certainty, said })
    };
    T::samples("").iter().filter_map(one).max_by_key(|found| found.certainty)
}

/// Returns what stands between the pieces of a sentence, where it consists of them.
fn arguments(kept: &str, pieces: &[String]) -> Option<Vec<String>> {
    let (first, rest) = pieces.split_first()?;
    let mut left = kept.strip_prefix(first.as_str())?;
    let Some((last, between)) = rest.split_last() else { return left.is_empty().then(Vec::new) };
    let mut all = Vec::new();
    for piece in between {
        let (argument, behind) = left.split_once(piece.as_str())?;
        all.push(argument.to_owned());
        left = behind;
    }
    all.push(left.strip_suffix(last.as_str())?.to_owned());
    Some(all)
}

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
        check::<NotifyHint>();
        check::<Kept>();
        check::<Summary>();
        check::<FieldReason>();
        check::<Note>();
    }
}
