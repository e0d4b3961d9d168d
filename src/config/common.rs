//! Keys that several sections have: accounts and addresses.

use reqwest::Url;

use super::reader::{self, Reader};
use crate::words::{ConfigWarning, Flaw};

/// Reads accounts that guajira wrote with before, by their ids.
pub(super) fn accounts(reader: &Reader, path: &str) -> Vec<String> {
    let accounts = reader.list(path);
    if accounts.iter().any(|account| account.is_empty() || account.contains(char::is_whitespace)) {
        reader.refuse(path, Flaw::BadAccount);
    }
    accounts
}

/// Returns a base address without trailing slash; empty when it is not set or wrong.
pub(super) fn url(reader: &Reader, path: &str, required: bool, warnings: &mut Vec<ConfigWarning>) -> String {
    let text = if required { reader.required_text(path) } else { reader.text(path).unwrap_or_default() };
    if text.is_empty() {
        return text;
    }
    let Ok(url) = Url::parse(&text) else {
        reader.refuse_hidden(path, Flaw::NoAddress);
        return String::new();
    };
    let complaint = if !url.username().is_empty() || url.password().is_some() {
        Some(Flaw::HoldsLogin)
    } else if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        Some(Flaw::NotHttp)
    } else if url.query().is_some() || url.fragment().is_some() {
        Some(Flaw::HasQuery)
    } else if url.path().contains("/rest/api") || url.path().contains("/api/v1") {
        Some(Flaw::IsApi)
    } else {
        None
    };
    if let Some(complaint) = complaint {
        reader.refuse_hidden(path, complaint);
    } else if url.scheme() == "http" && !is_loopback(&url) {
        let key = reader::shown(path);
        warnings.push(ConfigWarning::Unencrypted { key });
    }
    text.trim_end_matches('/').to_owned()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_address = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    is_address || host == "localhost" || host.ends_with(".localhost")
}
