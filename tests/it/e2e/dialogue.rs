//! A person at the program's questions: reads what it says, answers when it asks, and keeps what both said.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// So long a question may take to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// What stands in the place of a secret that was typed.
const HIDDEN: &str = "••••••••";

/// What was typed stands between these two signs.
pub(super) const TYPED: (char, char) = ('\u{e000}', '\u{e001}');

pub(super) struct Dialogue {
    child: Child,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
    /// All that was said, and what was answered.
    said: String,
    /// How much of it came before the last answer.
    answered: usize,
}

impl Dialogue {
    /// Starts a program that asks; its stdout and stderr are one stream, as in a terminal.
    pub(super) fn start(mut command: Command) -> Self {
        let (mut reader, writer) = std::io::pipe().unwrap();
        command.stdin(Stdio::piped()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let mut child = command.spawn().unwrap();
        // The program alone holds the other end now, so that the stream ends with it.
        drop(command);
        let input = child.stdin.take().unwrap();
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, input, output, said: String::new(), answered: 0 }
    }

    /// Waits for a question that holds these words, and answers it.
    pub(super) fn answer(&mut self, question: &str, answer: &str) {
        self.type_in(question, answer, answer);
    }

    /// The same with a secret.
    pub(super) fn secret(&mut self, question: &str, answer: &str) {
        self.type_in(question, answer, HIDDEN);
    }

    fn type_in(&mut self, question: &str, answer: &str, shown: &str) {
        while !(self.said[self.answered..].contains(question) && self.said.ends_with(": ")) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.said += &String::from_utf8(bytes).unwrap(),
                Err(why) => panic!("{question:?} was not asked ({why}):\n{}", self.said),
            }
        }
        self.said.push(TYPED.0);
        self.said += shown;
        self.said.push(TYPED.1);
        self.answered = self.said.len();
        writeln!(self.input, "{answer}").unwrap();
    }

    /// Waits for the end. Returns the exit code, and all that was said and answered.
    pub(super) fn end(mut self) -> (i32, String) {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.said += &String::from_utf8(bytes).unwrap();
        }
        drop(self.input);
        (self.child.wait().unwrap().code().unwrap(), self.said)
    }
}
