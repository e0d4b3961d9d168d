//! Proxies from the environment. The client passes over a setting that it cannot understand, and would then go directly
//! where it must not; so they are looked at before, by the very rules that the client follows.

use std::ffi::OsString;

use ::http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// Makes sure that the proxy which counts for an address, if there is one, can be understood.
///
/// # Errors
/// The name of the variable that cannot; never its value, which may hold a password.
pub fn check(address: &str) -> Result<(), &'static str> {
    check_in(address, |name| std::env::var_os(name))
}

fn check_in(address: &str, variable: impl Fn(&str) -> Option<OsString>) -> Result<(), &'static str> {
    let Ok(address) = address.parse::<Uri>() else { return Ok(()) };
    let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
    // Below a web server, `HTTP_PROXY` may be a header that somebody sent: then no proxy counts.
    if variable("REQUEST_METHOD").is_some() {
        return Ok(());
    }
    let text = |value: OsString| value.into_string().unwrap_or_default();
    let none = first(["NO_PROXY", "no_proxy"]).map(|(_, value)| text(value)).unwrap_or_default();
    let is_understood =
        |value: String, none: String| Matcher::builder().all(value).no(none).build().intercept(&address).is_some();
    if !is_understood("http://proxy".to_owned(), none) {
        return Ok(());
    }
    let own = if address.scheme_str() == Some("https") {
        ["HTTPS_PROXY", "https_proxy"]
    } else {
        ["HTTP_PROXY", "http_proxy"]
    };
    for names in [own, ["ALL_PROXY", "all_proxy"]] {
        match first(names) {
            Some((_, value)) if value.is_empty() => {}
            Some((_, value)) if is_understood(text(value.clone()), String::new()) => return Ok(()),
            Some((name, _)) => return Err(name),
            None => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(address: &str, variables: &[(&str, &str)]) -> Result<(), &'static str> {
        check_in(address, |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn a_proxy_that_counts_must_be_understood() {
        const BAD: &str = "http://user:pass@[bad";
        for (address, variables, wrong) in [
            ("http://jira.example.com/x", &[][..], None),
            ("http://jira.example.com/x", &[("HTTP_PROXY", BAD)], Some("HTTP_PROXY")),
            ("http://jira.example.com/x", &[("http_proxy", BAD)], Some("http_proxy")),
            ("https://jira.example.com/x", &[("HTTPS_PROXY", BAD)], Some("HTTPS_PROXY")),
            ("https://jira.example.com/x", &[("https_proxy", BAD)], Some("https_proxy")),
            ("https://jira.example.com/x", &[("ALL_PROXY", BAD)], Some("ALL_PROXY")),
            ("https://jira.example.com/x", &[("all_proxy", "ftp://proxy.example.com")], Some("all_proxy")),
            ("http://jira.example.com/x", &[("HTTP_PROXY", " ")], Some("HTTP_PROXY")),
            ("http://jira.example.com/x", &[("HTTP_PROXY", "http://")], Some("HTTP_PROXY")),
            // What does not count for this address does not matter.
            ("http://jira.example.com/x", &[("HTTPS_PROXY", BAD)], None),
            ("https://jira.example.com/x", &[("HTTP_PROXY", BAD)], None),
            ("http://jira.example.com/x", &[("HTTP_PROXY", "proxy:3128"), ("ALL_PROXY", BAD)], None),
            ("http://jira.example.com/x", &[("HTTP_PROXY", ""), ("http_proxy", BAD)], None),
            ("http://jira.example.com/x", &[("HTTP_PROXY", ""), ("ALL_PROXY", BAD)], Some("ALL_PROXY")),
            ("http://jira.example.com/x", &[("HTTP_PROXY", BAD), ("NO_PROXY", "example.com")], None),
            ("http://10.1.2.3:8080/x", &[("HTTP_PROXY", BAD), ("no_proxy", "10.0.0.0/8, x")], None),
            ("http://jira.example.com/x", &[("HTTP_PROXY", BAD), ("NO_PROXY", "*")], None),
            ("http://jira.example.com/x", &[("HTTP_PROXY", BAD), ("NO_PROXY", "example.org")], Some("HTTP_PROXY")),
            ("http://jira.example.com/x", &[("HTTP_PROXY", BAD), ("REQUEST_METHOD", "GET")], None),
            ("http://jira.example.com/x", &[("HTTP_PROXY", "proxy.example.com:3128")], None),
            ("https://jira.example.com/x", &[("HTTPS_PROXY", "socks5h://user:pass@127.0.0.1:1080")], None),
        ] {
            assert_eq!(says(address, variables).err(), wrong, "{address} {variables:?}");
        }
    }
}
