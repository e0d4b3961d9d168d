//! `[signals]`: what tells other programs how a run went.

use std::path::{Path, PathBuf};

use super::parts::{SecretAt, Vault, secrets};
use super::reader::Reader;
use super::tree::Environment;
use crate::notify::{self, Kind};
use crate::secret::Secret;
use crate::words::{ConfigWarning, Flaw, Lang};

/// What the name of a textfile ends with: `node_exporter` reads no other.
const PROM: &str = "prom";

/// What tells other programs how a run went.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    /// The file of metrics.
    pub textfile: Option<PathBuf>,
    /// The heartbeat service: its address is a credential.
    pub heartbeat: Option<notify::Settings>,
}

/// The same, with its secret not fetched.
#[derive(Clone, Debug, Default)]
pub(super) struct SignalsDraft {
    pub(super) textfile: Option<PathBuf>,
    heartbeat: Option<SecretAt>,
}

impl SignalsDraft {
    /// Returns its secret, with the path of its key.
    pub(super) fn secret(&self) -> Option<(&'static str, &SecretAt)> {
        self.heartbeat.as_ref().map(|at| ("signals.heartbeat", at))
    }

    /// Fetches its secret, and looks whether it can be an address.
    pub(super) fn resolve(self, vault: &mut Vault<'_>, warnings: &mut Vec<ConfigWarning>) -> Signals {
        let heartbeat = self.heartbeat.map(|at| {
            let address = vault.fetch(&at);
            if !address.expose().is_empty() {
                match notify::check_address(Kind::Webhook, &address) {
                    Ok(false) => {}
                    Ok(true) => warnings.push(ConfigWarning::Unencrypted { key: at.key.clone() }),
                    Err(flaw) => vault.refuse(&at, flaw),
                }
            }
            settings(address)
        });
        Signals { textfile: self.textfile, heartbeat }
    }

    /// Fetches its secret alone: another one is missing, and that is what has to be told. A heartbeat whose own secret is
    /// missing is left out.
    pub(super) fn alone(&self, base: &Path, env: &Environment) -> Signals {
        let address = self.heartbeat.as_ref().and_then(|at| at.source.fetch(base, env).ok());
        let address = address.filter(|address| notify::check_address(Kind::Webhook, address).is_ok());
        Signals { textfile: self.textfile.clone(), heartbeat: address.map(settings) }
    }
}

fn settings(address: Secret) -> notify::Settings {
    notify::Settings::new("heartbeat".to_owned(), Kind::Webhook, address, None, Lang::En)
}

/// Reads the section.
pub(super) fn signals(reader: &Reader, base: &Path) -> SignalsDraft {
    let key = "signals.textfile";
    let textfile = reader.text(key).map(|path| base.join(path));
    if textfile.as_ref().is_some_and(|path| path.extension().is_none_or(|end| end != PROM)) {
        reader.refuse(key, Flaw::NoTextfile);
    }
    let key = "signals.heartbeat";
    let heartbeat = reader.has(key).then(|| secrets(reader, key, false).pop()).flatten();
    SignalsDraft { textfile, heartbeat }
}
