//! See guajira work in a minute, without credentials and without a network.
//!
//! ```sh
//! cargo run --example sandbox              # a Jira Cloud
//! cargo run --example sandbox -- --server  # a Jira Server or Data Center
//! cargo run --example sandbox -- --serve   # keeps both services up, to try the commands by hand
//! ```
//!
//! A Guance workspace and a Jira run on loopback, people talk on both, and the real sync runs between them. The last
//! part asks both services whether all of it is right; the exit code says the same.

mod checks;
mod page;
mod serve;
mod stage;
mod story;
mod views;

use std::process::ExitCode;

use anyhow::Result;
use guajira_fakes::jira::Flavour;

use page::Ink;
use stage::Stage;

const USAGE: &str = "usage: cargo run --example sandbox -- [--server] [--serve]

  --server  a Jira Server or Data Center instead of a Jira Cloud
  --serve   keep both services up afterwards, and print the commands to try by hand";

fn main() -> ExitCode {
    let (mut flavour, mut serve) = (Flavour::Cloud, false);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--server" => flavour = Flavour::Server,
            "--serve" => serve = true,
            "-h" | "--help" => {
                anstream::println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            other => {
                anstream::eprintln!("sandbox: unknown argument {other}\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    match play(flavour, serve) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            anstream::eprintln!("sandbox: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn play(flavour: Flavour, serve: bool) -> Result<bool> {
    let stage = Stage::set(flavour)?;
    introduce(&stage);
    let told = story::tell(&stage)?;
    page::title("is all of it right?");
    let good = checks::all_hold(&stage, &told);
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
