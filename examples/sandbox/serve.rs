//! Keeps both services up for trying by hand, and says how.

use std::sync::mpsc;
use std::{io, thread};

use anyhow::Result;
use chrono::TimeDelta;
use guajira_fakes::guance::Window;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::page;
use crate::stage::{GUANCE_KEY, SOMEBODYS_KEY, Stage};

/// Serves until Ctrl-C or the end of stdin.
pub(crate) fn until_asked(stage: &Stage) -> Result<()> {
    stage.clock.set_offset(TimeDelta::zero());
    // Who tries by hand does not want to wait for a thread's turn.
    stage.guance.switch(|switches| {
        switches.reply_bumps_issue = true;
        switches.window = Window::Updated;
    });
    page::title("your turn");
    page::commands(&commands(stage));
    let (ask, asked) = mpsc::channel();
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let by_signal = ask.clone();
    thread::spawn(move || {
        signals.forever().next();
        by_signal.send(())
    });
    thread::spawn(move || {
        // Whatever is typed is of no interest; the end of it is.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        ask.send(())
    });
    let _ = asked.recv();
    Ok(())
}

/// The commands, for copying; a line that begins with `#` is small print.
fn commands(stage: &Stage) -> String {
    let (guance, jira) = (stage.guance.base_url(), stage.jira.base_url());
    let (config, token) = (stage.config_path(), stage.jira_token());
    let report = config.with_file_name("report.html");
    let (config, report) = (config.display(), report.display());
    let issues = stage.jira.issues();
    let key = issues.first().map_or("OPS-1", |issue| issue.key.as_str());
    let label = issues.first().and_then(|issue| issue.labels.iter().find(|label| label.starts_with("issue_")));
    let issue = label.map_or("issue_…", String::as_str);
    let (login, password) = stage.jira.basic("mia");
    let further = stage.further.commands();
    format!(
        r#"Both services stay up until Ctrl-C or Ctrl-D. In another terminal, in this folder:

# the program, its configuration and the secrets that this takes from the environment
guajira() {{ cargo run -q -- "$@"; }}
export GUAJIRA_CONFIG={config}
export GUANCE_API_KEY={GUANCE_KEY} JIRA_API_TOKEN={token}
{further}
# look around
guajira check
guajira status

# what happened so far, as a page: open the file in a browser
guajira report --html {report}
guajira why {key}

# somebody opens an issue in Guance, and replies to an older one
curl -fsSo /dev/null {guance}/api/v1/issue/add \
  -H 'DF-API-KEY: {SOMEBODYS_KEY}' -H 'Content-Type: application/json' \
  -d '{{"name": "内存使用率 92 %", "level": "system_level_1", "description": "<p>web-3</p>",
       "extend": {{}}}}'
curl -fsSo /dev/null {guance}/api/v1/issue/reply/create \
  -H 'DF-API-KEY: {SOMEBODYS_KEY}' -H 'Content-Type: application/json' \
  -d '{{"issueUUID": "{issue}",
       "content": "<p>已恢复 <b>100 %</b></p>", "extend": {{}}}}'

# Mia comments in Jira
curl -fsSo /dev/null {jira}/rest/api/2/issue/{key}/comment \
  -u {login}:{password} -H 'Content-Type: application/json' -d '{{"body": "好的，关闭"}}'

# what would a run do? do it; and again: nothing twice
guajira sync --dry-run
guajira sync
guajira sync

# also take what was opened before the first run
guajira sync --since 2d
"#
    )
}
