//! English.

use super::{Column, Count, Cut, Hold, Question, Read, Said, Service, Stage, Why, Written};

pub(super) fn written(what: Written<'_>) -> String {
    match what {
        Written::Name(Service::Guance) => "Guance".to_owned(),
        Written::Name(Service::Jira) => "Jira".to_owned(),
        Written::LinkBack => "Guance: ".to_owned(),
        Written::DeletedOn(Service::Guance) => "deleted on Guance".to_owned(),
        Written::DeletedOn(Service::Jira) => "deleted on Jira".to_owned(),
        Written::Somebody => "somebody".to_owned(),
        Written::StatusSet { status, at } => format!(" set the issue to {status} on Guance · {at}"),
        Written::TitleNow { title } => format!("The title on Guance is now: {title}"),
        Written::BodyNow => "The description on Guance is now:".to_owned(),
        Written::Repeats { count: 1, last } => format!("The monitor repeated this alarm once, last at {last}."),
        Written::Repeats { count, last } => format!("The monitor repeated this alarm {count} times, last at {last}."),
        Written::NoRepeats => "No repeat of the monitor's alarm is left.".to_owned(),
        Written::Mirrors => "mirrors".to_owned(),
        Written::ReadCut => "… (cut: the text goes on in the original)".to_owned(),
    }
}

pub(super) const CUT: Cut =
    Cut { begins: "… (cut", alone: "… (cut)", before: "… (cut; the full text is there: ", behind: ")" };

fn side(service: Service) -> &'static str {
    match service {
        Service::Guance => "guance",
        Service::Jira => "jira",
    }
}

fn counted(what: Count, n: usize) -> String {
    let (one, many) = match what {
        Count::IssuesCreated => ("issue created", "issues created"),
        Count::CommentsCopied => ("comment copied", "comments copied"),
        Count::CommentsEdited => ("comment edited", "comments edited"),
        Count::CommentsDeleted => ("comment deleted", "comments deleted"),
        Count::FilesCopied => ("attachment copied", "attachments copied"),
        Count::FieldsChanged => ("field changed", "fields changed"),
        Count::Conflicts => ("conflict", "conflicts"),
        Count::LinksSet => ("link set", "links set"),
        Count::FoundDone => ("found done already", "found done already"),
        Count::Recognised => ("copy recognised", "copies recognised"),
        Count::FoundLate => ("found late", "found late"),
        Count::Released => ("released", "released"),
        Count::Failed => ("failed", "failed"),
        Count::Pending => ("pending", "pending"),
        Count::Held => ("held by the brake", "held by the brake"),
        Count::InDoubt => ("in doubt", "in doubt"),
        Count::Dead => ("dead", "dead"),
        Count::HeldForLabel => ("held for an issue that carries its uuid", "held for issues that carry their uuids"),
        Count::Planned => ("write planned", "writes planned"),
    };
    format!("{n} {}", if n == 1 { one } else { many })
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Pending => "pending",
        Stage::Held => "held",
        Stage::InDoubt => "in doubt",
        Stage::InFlight => "in flight",
        Stage::Dead => "dead",
        Stage::Dropped => "dropped",
        Stage::Failed => "failed",
    }
}

pub(super) fn why(why: Why<'_>) -> String {
    match why {
        Why::FlowOff(flow) => format!("flow.{flow} is off"),
        Why::Echo => "our own writing".to_owned(),
        Why::Unchanged => "already carried".to_owned(),
        Why::Queued => "already waiting to be sent".to_owned(),
        Why::InDoubt => "an earlier write about it may have happened; it is looked up first".to_owned(),
        Why::Restricted(why) => format!("restricted: {why}"),
        Why::NoRoute => "no [[route]] takes it (see guajira check --explain)".to_owned(),
        Why::RouteUnclear { number, why } => format!("the `when` of [[route]] number {number} goes wrong: {why}"),
        Why::LevelNotListed(level) => format!("level {level} is not listed in [route.priority]"),
        Why::OutsideWindow => {
            "opened before the time this sync begins at; `guajira sync --since 7d` takes 7 days of them".to_owned()
        }
        Why::SecondClaim => "carries the marker of something that has another copy, or is not there".to_owned(),
        Why::TooLarge(what) => format!("attachment {what} (flow.max_attachment)"),
        Why::Dead => "refused earlier and unchanged since (see guajira retry)".to_owned(),
        Why::Closed(status) => format!("the Jira issue is in the closed status {status}"),
        Why::Deleted => "it was deleted before it was sent".to_owned(),
        Why::Repeat => "a monitor's repeated alarm (route.repeats)".to_owned(),
        Why::Gone => "one of the two issues is gone".to_owned(),
        Why::NotOurs => "the copy carries guajira's marker no more, and is left alone".to_owned(),
        Why::BothChanged { field, newer } => {
            format!("the {field} was changed on both sides; the newer change, on {}, wins", side(newer))
        }
        Why::PriorityByHand => "the priority was changed on Jira by hand, and stays".to_owned(),
        Why::ByHand(field) => {
            format!("the {field} was changed on Jira by hand, and stays; a comment tells the new one")
        }
        Why::NobodyFound { names, on } => format!("no account on {} is {names} (see [people])", side(on)),
    }
}

#[expect(clippy::too_many_lines, reason = "one sentence a line, so that the compiler holds the catalogue complete")]
pub(super) fn said(said: Said<'_>) -> String {
    match said {
        Said::Count(what, n) => counted(what, n),
        Said::SideFailed(one) => format!("{} failed", side(one)),
        Said::ProjectNotRead { project } => format!("project {project} not read"),
        Said::SideAskedToWait(one) => format!("{} asked to wait", side(one)),
        Said::NothingToDo => "nothing to do".to_owned(),
        Said::NothingWritten => "nothing written".to_owned(),
        Said::Comma => ", ".to_owned(),

        Said::AnotherRun => "another run is still at work on this state: this one has done nothing".to_owned(),
        Said::BudgetUsedUp => "the request budget is used up; the next run goes on".to_owned(),
        Said::CannotSync { side: one, why } => format!("cannot sync {}: {why}", side(one)),
        Said::FirstRun { begins } => format!("first run: issues opened before {begins} are left"),
        Said::FirstRunHint => "`guajira sync --since 7d` takes those of the last 7 days".to_owned(),
        Said::ItemFailed { stage: at, summary, item, why } => format!("  {}: {summary} ({item}): {why}", stage(at)),
        Said::MoreUnreadable { count } => format!("  failed: {count} more records that could not be understood"),
        Said::LeftOut { what } => format!("  left out: {what}"),
        Said::NobodyFound { names } => format!("  no account found: {names}; add them to [people] in sync.toml"),
        Said::Clock { side: one, seconds, behind } => {
            let way = if behind { "behind" } else { "ahead of" };
            format!(
                "  clock: this machine is {seconds}s {way} {}; nothing is lost by it, but NTP should set it",
                side(one)
            )
        }
        Said::OverTheBrake { most } => format!(
            "  held: more new issues than a run may create (max_creates = {most}); `guajira sync --release` sends them"
        ),
        Said::WhatOfDoubt => "  in doubt: the answer was lost; the next run looks whether they arrived".to_owned(),
        Said::HeldForLabel { summary, why } => format!("  held: {summary}: {why}"),
        Said::Decide => "  decide once: `guajira adopt --script --created-by ACCOUNT` takes such issues over, \
                         `guajira sync --release` or [jira].script = \"none\" has guajira make its own"
            .to_owned(),
        Said::FilesStay { count, why } => format!("  attachments that stay on jira: {count} ({why})"),
        Said::Restricted => "restricted".to_owned(),
        Said::WhatOfDead => "  dead: mend the cause (`guajira status`), then `guajira retry ID`; or \
                             `guajira drop ID --because TEXT`"
            .to_owned(),
        Said::WaitsUntil { side: one, until } => format!(
            "  {} asked to be left alone until {until}; a later run goes on (`guajira retry --all` or a backfill does \
             not wait for that)",
            side(one)
        ),
        Said::BudgetLeftSome => "  the request budget is used up; the next run goes on".to_owned(),
        Said::TimeLeftSome => "  the run's time is used up; the next run goes on".to_owned(),
        Said::NotCarried { count, why } => format!("  not carried: {count} ({why})"),
        Said::StillSince { since } => format!("still, since {since}: "),
        Said::AndMore { count } => format!("  and {count} more: see `guajira status`"),
        Said::WorksAgain { what, since } => format!("works again: {what} (told since {since})"),
        Said::Side(one) => side(one).to_owned(),
        Said::ReadingProject { project } => format!("reading project {project}"),
        Said::ReadingRecord { record } => format!("reading {record}"),
        Said::IsWritten { summary } => format!("{summary} is written"),

        Said::NoRunYet { path } => format!("no run yet in {path}"),
        Said::ReadUpTo { side: one, at, from } => format!("{:<7} read up to {at}, from {from} on", side(one)),
        Said::StatusWaits { side: one, until } => format!("wait    {} asked to be left alone until {until}", side(one)),
        Said::Linked { issues, comments } => {
            let issues = if issues == 1 { "1 issue".to_owned() } else { format!("{issues} issues") };
            let comments = if comments == 1 { "1 comment".to_owned() } else { format!("{comments} comments") };
            format!("linked  {issues}, {comments}")
        }
        Said::ReadingEvery { what, pairs, hours, minutes } => {
            let what = match what {
                Read::Both => "replies and fields",
                Read::Replies => "replies",
                Read::Fields => "fields",
            };
            let within = match hours {
                1 => "hour".to_owned(),
                hours if hours < 48 => format!("{hours} hours"),
                hours => format!("{} days", hours / 24),
            };
            let pairs = if pairs == 1 { "1 issue".to_owned() } else { format!("{pairs} issues") };
            let every = match minutes {
                1 => "minute".to_owned(),
                60 => "hour".to_owned(),
                minutes if minutes % 60 == 0 => format!("{} hours", minutes / 60),
                minutes => format!("{minutes} minutes"),
            };
            format!("reading {what} of {pairs} active in the last {within}: every {every} or sooner")
        }
        Said::ListTells(tells) => match tells {
            Some(true) => "replies Guance's list tells of a reply: its thread is read in the next run",
            Some(false) => "replies Guance's list does not tell of them: threads are read in turn",
            None => "replies it is not known yet whether Guance's list tells of them: threads are read in turn",
        }
        .to_owned(),
        Said::Spent { lists, threads, issues, writes, files, names } => {
            let parts = [(lists, "lists"), (threads, "threads"), (issues, "single issues"), (writes, "writes")];
            let parts = parts.into_iter().chain([(files, "files"), (names, "names")]);
            let told: Vec<String> =
                parts.filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} for {what}")).collect();
            let sum = lists + threads + issues + writes + files + names;
            let requests = if sum == 1 { "1 request".to_owned() } else { format!("{sum} requests") };
            format!("budget  {requests} to Guance in the last hour: {}", told.join(", "))
        }
        Said::Gone { side: one, jira, guance, since } => {
            let one = side(one);
            format!("gone    the {one} issue of {jira} ({guance}), since {since}: nothing is written to it")
        }
        Said::Away { why, since } => format!("waits   {why} (since {since})"),
        Said::Outbox { pending, failing, held, in_doubt, dead, dropped } => {
            let dropped = if dropped > 0 { format!(", {dropped} dropped") } else { String::new() };
            format!(
                "outbox  {pending} pending ({failing} failing), {held} held, {in_doubt} in doubt, {dead} dead{dropped}"
            )
        }
        Said::Labelled { count } => {
            let what = if count == 1 { "1 new issue has".to_owned() } else { format!("{count} new issues have") };
            format!("held    {what} a Jira issue already that guajira did not make, by the label on it")
        }
        Said::LastGood { at, ago: None } => format!("last good run: {at}, by a clock that was ahead"),
        Said::LastGood { at, ago: Some(ago) } => format!("last good run: {at}, {ago} ago"),
        Said::NoGoodYet => "last good run: none yet".to_owned(),
        Said::Fails { side: one, since, ago, why } => {
            format!("{:<7} fails since {since}, {ago} ago: {why}", side(one))
        }
        Said::TriesAgain => "the next run tries again; `guajira check` says more".to_owned(),
        Said::Stage(at) => stage(at).to_owned(),
        Said::DeadNext => "dead: mend the cause, then `guajira retry ID`; or give it up with \
                           `guajira drop ID --because TEXT`"
            .to_owned(),
        Said::HeldNext => "held: `guajira sync --release` sends them".to_owned(),
        Said::InDoubtNext => "in doubt: nothing to do; the next run looks whether they arrived".to_owned(),
        Said::FailingNext => "pending after a failure: nothing to do; they are tried again, `guajira retry ID` lets \
                              them go at once"
            .to_owned(),
        Said::Reason { key, more: 0, why } => format!("{key}: {why}"),
        Said::Reason { key, more, why } => format!("{key} and {more} more: {why}"),
        Said::Column(column) => match column {
            Column::Stage => "STAGE",
            Column::Item => "ITEM",
            Column::Tries => "TRIES",
            Column::NextTry => "NEXT TRY",
            Column::What => "WHAT",
            Column::Why => "WHY",
            Column::UnreadableOn => "UNREADABLE ON",
            Column::Run => "RUN",
            Column::Began => "BEGAN",
            Column::Took => "TOOK",
            Column::Result => "RESULT",
        }
        .to_owned(),
        Said::RunKind { backfill: true } => "backfill".to_owned(),
        Said::RunKind { backfill: false } => "ordinary".to_owned(),
        Said::StillAtWork => "still at work, or cut off".to_owned(),
        Said::NotGood { summary } => format!("not good: {summary}"),
        Said::FailedBefore { began, side: one, why } => {
            format!("the run of {began} failed on {}, which works again: {why}", side(one))
        }
        Said::Refused { why } => format!("refused: {why}"),
        Said::NoGoodRun => "there is no good run yet".to_owned(),
        Said::LastGoodAhead { at } => {
            format!("the last good run ended at {at}, which lies ahead: the clock was wrong then, or is wrong now")
        }
        Said::LastGoodAgo { ago } => format!("the last good run ended {ago} ago"),

        Said::WhatToRetry => "which items? None is named".to_owned(),
        Said::WhatToRetryHint => "name items as `guajira status` shows them, or take everything with --all".to_owned(),
        Said::NothingToRetry => "nothing to retry: no item is dead or waits after a failure".to_owned(),
        Said::BackInQueue { count: 1 } => "1 item is back in the queue; the next run sends it".to_owned(),
        Said::BackInQueue { count } => format!("{count} items are back in the queue; the next run sends them"),
        Said::NoSuchToRetry { id } => format!("no dead or waiting item is called {id:?}; nothing was changed"),
        Said::StatusLists => "`guajira status` lists them".to_owned(),
        Said::NoStateFile { path } => format!("there is no state file {path}"),
        Said::WhyDrop => "--because: is empty".to_owned(),
        Said::WhyDropHint => "say why the items are given up, for those who ask later".to_owned(),
        Said::NoSuchToDrop { id } => format!("no dead item is called {id:?}; nothing was changed"),
        Said::StatusListsDead => "`guajira status` lists them; only what is dead can be dropped".to_owned(),
        Said::Dropped { count } => {
            let items = if count == 1 { "1 item is dropped".to_owned() } else { format!("{count} items are dropped") };
            format!("{items}: not sent again unless the original changes; `guajira retry ID` takes it back")
        }
        Said::NothingKnown { item } => format!("{item} has never been synced, or was forgotten"),
        Said::NothingKnownHint => "it may lie outside what was read so far (`guajira status`), or no route takes it \
                                   (`guajira check --explain`); history is kept for 90 days"
            .to_owned(),
        Said::PairIs { guance, name, jira } => format!("issue {guance} on guance is {name} ({jira}) on jira"),
        Said::PairGone => "; one of them is gone: nothing is written to it".to_owned(),
        Said::PairClosed => "; it is closed on jira: nothing is written to it until it is open again".to_owned(),
        Said::CommentIs { id, origin, copy, pair } => {
            let other = match origin {
                Service::Guance => Service::Jira,
                Service::Jira => Service::Guance,
            };
            format!("comment {id} on {} is {copy} on {}, in the thread of {pair}", side(origin), side(other))
        }
        Said::Since { since, why } => format!("since {since}: {why}"),
        Said::Queued { stage: at, since, not_before, summary, why } => {
            let next = not_before.map(|at| format!(", not before {at}")).unwrap_or_default();
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            format!("{} since {since}{next}: {summary}{why}", stage(at))
        }
        Said::DroppedBecause { because } => format!(" (dropped because: {because})"),

        Said::Planned { target, summary, key, hold } => {
            let hold = match hold {
                Hold::No => "",
                Hold::Brake => ", held by the brake",
                Hold::Label => ", held",
            };
            format!("-> {}: {summary} ({key}{hold})", side(target))
        }
        Said::PlannedIssue { project, kind, labels, priority } => {
            let labels = if labels.is_empty() { String::new() } else { format!(", labels {labels}") };
            let priority = priority.map(|priority| format!(", priority {priority}")).unwrap_or_default();
            format!("   project {project}, type {kind}{labels}{priority}")
        }
        Said::PlannedTitle { title } => format!("   title: {title}"),
        Said::PlannedComment { issue, internal: false } => format!("   comment on {issue}"),
        Said::PlannedComment { issue, internal: true } => format!("   internal comment on {issue}"),
        Said::PlannedEdit { comment, issue } => format!("   comment {comment} on {issue} becomes"),
        Said::PlannedDelete { comment, issue } => format!("   comment {comment} on {issue} is deleted"),
        Said::PlannedChange { what, issue } => format!("   {what} of {issue}"),
        Said::PlannedFile { file, issue } => format!("   attachment {file} on {issue}"),
        Said::PlannedLink { issue, title, url } => format!("   link on {issue}: {title} ({url})"),
        Said::WishTitle { title } => format!("title \"{title}\""),
        Said::WishBody => "new description".to_owned(),
        Said::WishPriority { priority } => format!("priority {priority}"),
        Said::WishNobody => "no assignee".to_owned(),
        Said::WishPerson { name, id } => format!("assignee {name} ({id})"),
        Said::WishAnyStatus { category } => format!("any status of the category {category}"),
        Said::WishStatus { name, or_else: None } => format!("status {name}"),
        Said::WishStatus { name, or_else: Some(other) } => format!("status {name}, or else {other}"),
        Said::InFuture { at } => format!("--since: {at} lies in the future"),
        Said::NotAfter { until, since } => format!("--until: {until} is not after --since, {since}"),
        Said::CheckLogin(Service::Guance) => "check [guance].api_key".to_owned(),
        Said::CheckLogin(Service::Jira) => "check [jira.auth]".to_owned(),
        Said::CannotOpen { path, why } => format!("cannot open {path}: {why}"),
        Said::Progress { done, all, left } => {
            let left = left.map(|left| format!(", about {left} left")).unwrap_or_default();
            format!("{done} of {all}{left}")
        }

        Said::StateFile { path, bytes, version } => format!("file    {path}, {bytes} bytes, version {version}"),
        Said::StateOf { side: one, what } => format!("{:<7} {what}", side(one)),
        Said::StatePair { pair, formerly } => {
            let formerly = formerly.map(|former| format!(", formerly {former}")).unwrap_or_default();
            format!("pair    {pair}{formerly}")
        }
        Said::BelongsToNobody => "belongs to no services yet: the next run finds out".to_owned(),
        Said::Markers { proven, missing } => {
            let pairs = |n: usize| if n == 1 { "1 pair".to_owned() } else { format!("{n} pairs") };
            let missing = match missing {
                0 => String::new(),
                n => format!("; the issues of {} are not there", pairs(n)),
            };
            format!("on Jira {} carry their markers{missing}", pairs(proven))
        }
        Said::BelongedTo { jira, guance } => format!("the state belonged to {jira} and {guance}"),
        Said::BelongsTo { jira, guance, dry_run: true } => format!("the state would belong to {jira} and {guance}"),
        Said::BelongsTo { jira, guance, dry_run: false } => format!("the state belongs now to {jira} and {guance}"),
        Said::Copied { from, to } => format!("copied {from} to {to}; let [sync].state name the one that is to go on"),
        Said::CannotCopy { from, to, why } => format!("cannot copy {from} to {to}: {why}"),
        Said::StateBusy => "another run works with this state: nothing was changed".to_owned(),
        Said::StateBusyHint => "try again when it has ended".to_owned(),

        Said::FileExists { path } => format!("{path} is there already; nothing was changed"),
        Said::FileExistsHint => "move it away, or name another file with --config".to_owned(),
        Said::CannotWrite { path } => format!("cannot write {path}"),
        Said::Wrote { files, config } => format!("wrote {files}; next: `guajira --config {config} check`"),
        Said::Ask(question) => match question {
            Question::GuanceAddress => "OpenAPI address of your Guance site",
            Question::GuanceVariable => "Environment variable that holds the Guance API key",
            Question::JiraAddress => "Address of your Jira",
            Question::JiraUser => "Jira user or e-mail (empty: a personal access token)",
            Question::JiraVariable => "Environment variable that holds the Jira token",
            Question::JiraProject => "Key of the Jira project for new issues",
            Question::IssueType => "Issue type for them",
        }
        .to_owned(),
        Said::NoNameOfVariable => {
            "that is no name of a variable (such as MY_KEY), and none of that name is set".to_owned()
        }
        Said::KeepIn { file } => {
            format!("If it is the secret itself: keep it in {file}, which only you can read? (yes, no)")
        }
        Said::InputEnded => "the input ended before every question was answered; run `guajira init` in a terminal, or \
                             write sync.toml by hand"
            .to_owned(),
    }
}
