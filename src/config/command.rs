//! Running the program that prints a secret: with nothing to read, for a limited time, and with all that it started.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::words::CommandFault;

/// Longest secret, in bytes.
pub(super) const MAX_SECRET_BYTES: u64 = 16 * 1024;

/// Longest time that a command may take, from its start to the end of its output and its own end.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// How often it is asked whether it has ended, once it printed everything.
const POLL: Duration = Duration::from_millis(10);

/// Returns what a command prints. Its stderr is not shown, it might repeat the secret.
///
/// # Errors
/// What went wrong, to be read after the command's name.
pub(super) fn run(words: &[String], base: &Path) -> Result<String, CommandFault> {
    run_within(words, base, COMMAND_TIME)
}

fn run_within(words: &[String], base: &Path, time: Duration) -> Result<String, CommandFault> {
    let deadline = Instant::now() + time;
    let Some((program, arguments)) = words.split_first() else { return Err(CommandFault::Empty) };
    let is_relative_path = program.contains('/') && Path::new(program).is_relative();
    let program = if is_relative_path { base.join(program) } else { program.into() };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    // A group of its own, so that what it starts can be ended with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| CommandFault::NotStarted { why: error.to_string() })?;
    let done = output(&mut child, deadline).and_then(|text| Ok((text, end(&mut child, deadline)?)));
    let (text, status) = match done {
        Ok(done) => done,
        Err(Wrong::Late) => {
            kill(&mut child);
            return Err(CommandFault::TooLate { seconds: time.as_secs().to_string() });
        }
        Err(Wrong::Fault(fault)) => {
            kill(&mut child);
            return Err(fault);
        }
    };
    if status.success() { Ok(text) } else { Err(CommandFault::Failed { status: status.to_string() }) }
}

/// Why a command brought no secret.
enum Wrong {
    Late,
    Fault(CommandFault),
}

/// Reads what the child, and whoever else holds its stdout, prints.
fn output(child: &mut Child, deadline: Instant) -> Result<String, Wrong> {
    let Some(stdout) = child.stdout.take() else { return Err(Wrong::Fault(CommandFault::NoOutput)) };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(MAX_SECRET_BYTES + 1).read_to_end(&mut bytes).map(|_| bytes);
        let _ = sender.send(read);
    });
    let left = deadline.saturating_duration_since(Instant::now());
    let bytes = receiver.recv_timeout(left).map_err(|_| Wrong::Late)?;
    let bytes = bytes.map_err(|error| Wrong::Fault(CommandFault::Unreadable { why: error.to_string() }))?;
    if bytes.len() as u64 > MAX_SECRET_BYTES {
        return Err(Wrong::Fault(CommandFault::TooMuch { most: (MAX_SECRET_BYTES / 1024).to_string() }));
    }
    String::from_utf8(bytes).map_err(|_| Wrong::Fault(CommandFault::NotUtf8))
}

/// Waits for the child's own end.
fn end(child: &mut Child, deadline: Instant) -> Result<ExitStatus, Wrong> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(POLL),
            Ok(None) => return Err(Wrong::Late),
            Err(error) => return Err(Wrong::Fault(CommandFault::Lost { why: error.to_string() })),
        }
    }
}

/// Ends the child and its group.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // The group is the child's until somebody has waited for it, which happens below.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Runs a script for a second; it gets the name of a file as its first argument.
    fn sh(script: &str, file: &str) -> (Result<String, CommandFault>, Duration) {
        let words = ["sh", "-c", script, "sh", file].map(str::to_owned);
        let start = Instant::now();
        (run_within(&words, Path::new(""), Duration::from_secs(1)), start.elapsed())
    }

    #[test]
    fn a_command_that_does_not_end_is_ended_whatever_it_does_with_its_output() {
        for script in [
            "sleep 99",
            "echo TOKEN; sleep 99",
            "echo TOKEN; exec >&-; sleep 99",
            "exec >&-; sleep 99",
            "echo TOKEN; sleep 99 & exit 0",
            "sleep 99 & sleep 99",
            "trap '' TERM INT HUP; while true; do sleep 1; done",
        ] {
            let (result, took) = sh(script, "");
            let why = result.unwrap_err().to_string();
            assert!(why.contains("did not end within 1 seconds") && !why.contains("TOKEN"), "{script}: {why}");
            assert!(took < Duration::from_secs(5), "{script}: {took:?}");
        }
    }

    #[test]
    fn what_it_started_is_ended_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alive");
        let script = "(while true; do echo x >> \"$1\"; sleep 0.05; done) & sleep 99";
        assert!(sh(script, &file.display().to_string()).0.is_err());
        let size = || std::fs::metadata(&file).unwrap().len();
        let before = size();
        assert!(before > 0);
        std::thread::sleep(Duration::from_millis(400));
        assert_eq!(size(), before, "nobody writes any more");
    }

    #[test]
    fn an_output_without_end_is_no_secret() {
        let (result, took) = sh("yes", "");
        assert!(result.unwrap_err().to_string().contains("printed too much"));
        assert!(took < Duration::from_secs(1));
        let (result, _) = sh("yes | head -c 16384 | tr '\\n' y", "");
        assert_eq!(result.unwrap().len(), 16384);
    }

    #[test]
    fn a_command_in_time_is_believed() {
        assert_eq!(sh("echo TOKEN; exec >&-; sleep 0.2", "").0.unwrap(), "TOKEN\n");
        assert!(sh("echo TOKEN; exit 3", "").0.unwrap_err().to_string().contains("exit status: 3"));
        assert!(sh("printf '\\377'", "").0.unwrap_err().to_string().contains("UTF-8"));
    }
}
