//! The text that is signed: the signature base string of RFC 5849, section 3.4.1.

use std::fmt::Write as _;

use reqwest::Url;

/// Encodes everything but unreserved characters (RFC 3986, section 2.3), in UTF-8.
pub(super) fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Returns the base string of a request.
///
/// What counts is what the server decodes the query to, so the pairs are taken from the address as it is sent, whatever its
/// encoding. JSON bodies and files are not signed.
pub(super) fn base_string(method: &str, url: &Url, oauth: &[(&str, String)]) -> String {
    let query = url.query_pairs().map(|(name, value)| (encode(&name), encode(&value)));
    let own = oauth.iter().map(|(name, value)| (encode(name), encode(value)));
    let mut pairs: Vec<(String, String)> = query.chain(own).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    // Scheme and host are in lower case here, and the port is there unless it is the scheme's own.
    let address = format!("{}{}", url.origin().ascii_serialization(), url.path());
    format!("{method}&{}&{}", encode(&address), encode(&pairs.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_taken_as_the_rfc_wants_it() {
        for (url, want) in [
            ("HTTPS://Jira.Example.com:443/Jira", "GET&https%3A%2F%2Fjira.example.com%2FJira&"),
            ("http://jira.example.com:80/a%20b", "GET&http%3A%2F%2Fjira.example.com%2Fa%2520b&"),
            ("http://jira.example.com:8080/jira?a=1#f", "GET&http%3A%2F%2Fjira.example.com%3A8080%2Fjira&a%3D1"),
        ] {
            let url = Url::parse(url).unwrap_or_else(|_| Url::parse("http://none").unwrap_or_else(|_| unreachable!()));
            assert_eq!(base_string("GET", &url, &[]), want);
        }
    }

    #[test]
    fn pairs_are_sorted_by_their_encoded_names_and_then_values() {
        let url = Url::parse("http://j/?b=2&a=%7E&a=x+y&b=1&c%40=&a2=r").unwrap_or_else(|_| unreachable!());
        let want = "a%3Dx%2520y%26a%3D~%26a2%3Dr%26b%3D1%26b%3D2%26c%2540%3D";
        assert!(base_string("GET", &url, &[]).ends_with(want), "{}", base_string("GET", &url, &[]));
    }
}
