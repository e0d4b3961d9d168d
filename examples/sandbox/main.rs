//! See guajira work in a minute, without credentials and without a network.
//!
//! ```sh
//! cargo run --example sandbox              # a Jira Cloud
//! cargo run --example sandbox -- --server  # a Jira Server or Data Center
//! cargo run --example sandbox -- --serve   # keeps both services up, to try the commands by hand
//! cargo run --example sandbox -- --with events,incidents,alerts,chat   # further sources, and a chat room
//! cargo run --example sandbox -- --html page.html         # writes the page with both sides and the report there
//! cargo run --example sandbox -- --svg docs/sandbox.svg   # draws the picture that the README shows
//! ```
//!
//! A Guance workspace and a Jira run on loopback, people talk on both, and the real sync runs between them. The last
//! part asks both services whether all of it is right; the exit code says the same.

mod checks;
mod further;
mod measure;
mod page;
mod picture;
mod serve;
mod site;
mod stage;
mod story;
mod views;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use chrono::DateTime;
use guajira_fakes::clock::SimClock;
use guajira_fakes::jira::Flavour;

use further::Further;
use page::Ink;
use stage::Stage;

const USAGE: &str =
    "usage: cargo run --example sandbox -- [--server] [--with LIST] [--html FILE] [--serve | --svg FILE]

  --server  a Jira Server or Data Center instead of a Jira Cloud
  --with    show these too, separated by commas: events, incidents, alerts, chat
  --serve   keep the services up afterwards, and print the commands to try by hand
  --html    where the page with both sides and the report goes, instead of target/sandbox.html
  --svg     draw one issue on both sides into this file; the story then plays at a fixed time";

/// Where the page goes unless another place is named.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/sandbox.html");

/// When the story of the picture begins, in seconds since 1970: 2026-11-26 09:30 UTC.
const PICTURE_BEGINS: i64 = 1_795_685_400;

fn main() -> ExitCode {
    let (mut flavour, mut serve, mut svg, mut with) = (Flavour::Cloud, false, None, Vec::new());
    let mut html = PathBuf::from(PAGE);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--server" => flavour = Flavour::Server,
            "--serve" => serve = true,
            "--with" => match further::read(&arguments.next().unwrap_or_default()) {
                Ok(wanted) => with = wanted,
                Err(why) => return misused(&why),
            },
            "--svg" if svg.is_none() => match arguments.next() {
                Some(path) => svg = Some(PathBuf::from(path)),
                None => return misused("--svg needs the name of a file"),
            },
            "--html" => match arguments.next() {
                Some(path) => html = PathBuf::from(path),
                None => return misused("--html needs the name of a file"),
            },
            "-h" | "--help" => {
                anstream::println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            other => return misused(&format!("unknown argument {other}")),
        }
    }
    let played = match svg {
        Some(path) => draw(flavour, &path),
        None => play(flavour, &with, serve, &html),
    };
    match played {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            anstream::eprintln!("sandbox: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn misused(why: &str) -> ExitCode {
    anstream::eprintln!("sandbox: {why}\n{USAGE}");
    ExitCode::from(2)
}

/// Draws what the first parts of the story end with.
fn draw(flavour: Flavour, path: &Path) -> Result<bool> {
    let begins = DateTime::from_timestamp(PICTURE_BEGINS, 0).context("no such time")?;
    let stage = Stage::set_at(flavour, SimClock::fixed(begins), &[])?;
    let id = story::tell_beginning(&stage)?;
    let (guance, jira) = (views::guance(&stage), views::jira(&stage));
    let left = guance.iter().find(|ticket| ticket.id == id).context("the issue left Guance")?;
    let right = jira.iter().find(|ticket| ticket.labels.contains(&id)).context("the issue did not arrive in Jira")?;
    let why = |post: &views::Post| stage.why(&post.id).ok().flatten().unwrap_or_default();
    std::fs::write(path, picture::draw(left, right, why))
        .with_context(|| format!("cannot write {}", path.display()))?;
    page::gap();
    page::paragraph(Ink::Plain, &format!("wrote {}", path.display()));
    Ok(true)
}

fn play(flavour: Flavour, with: &[Further], serve: bool, html: &Path) -> Result<bool> {
    let stage = Stage::set(flavour, with)?;
    introduce(&stage);
    let told = story::tell(&stage)?;
    page::title("is all of it right?");
    let good = checks::all_hold(&stage, &told);
    let good = further::tell(&stage, with)? && good;
    page::title("both sides and the report, in a browser");
    site::write(&stage, html)?;
    page::paragraph(Ink::Plain, &format!("both sides and the report: {}", html.display()));
    if serve {
        serve::until_asked(&stage)?;
    } else {
        page::title("what to try next");
        page::paragraph(Ink::Plain, LEGEND);
    }
    Ok(good)
}

const LEGEND: &str = "\
cargo run --example sandbox -- --serve    keeps both services up: run guajira against them by hand
cargo run --example sandbox -- --server   the same story with a Jira Server or Data Center
cargo run --example sandbox -- --with events,incidents,alerts,chat   further sources, and a chat room
cargo run -- init                         writes a sync.toml for your own Guance and Jira";

fn introduce(stage: &Stage) {
    let kind = match stage.jira.flavour() {
        Flavour::Cloud => "a Jira Cloud",
        Flavour::Server => "a Jira Server",
    };
    page::paragraph(
        Ink::Bold,
        &format!("guajira's sandbox: a Guance workspace, {kind}, and the real sync between them"),
    );
    page::gap();
    let lines = [
        ("Guance", format!("{}, with its limit of 20 requests a minute", stage.guance.base_url())),
        ("Jira", format!("{}, project OPS", stage.jira.base_url())),
        ("sync.toml", stage.config_path().display().to_string()),
    ];
    for (name, what) in lines {
        page::paragraph(Ink::Plain, &format!("  {name:<10} {what}"));
    }
    page::paragraph(
        Ink::Dim,
        "  Arrows show which way something travelled; ↗ is a link. The clock jumps between the parts.",
    );
}
