//! A request, and how it shows who sends it: by a header that is the same for all, or by a signature over the request itself.

use std::fmt;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::failure::Failure;
use crate::secret::Secret;
use crate::words::CallFault;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Method {
    /// Returns the method's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    pub(super) fn wire(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Post => reqwest::Method::POST,
            Self::Put => reqwest::Method::PUT,
            Self::Patch => reqwest::Method::PATCH,
            Self::Delete => reqwest::Method::DELETE,
        }
    }
}

/// Signs requests. What it signs is the address as it is sent: a redirect that is followed is signed anew.
pub trait Sign {
    /// Returns the value of the `Authorization` header for a request to this address.
    ///
    /// # Errors
    /// When it cannot be signed; the request is not sent then.
    fn authorization(&self, method: Method, url: &Url) -> Result<Secret, CallFault>;
}

/// How a request shows who sends it.
#[derive(Clone)]
pub enum Login<'a> {
    /// A header: name and value.
    Header(&'a str, Secret),
    /// A signature in the `Authorization` header.
    Signed(&'a dyn Sign),
}

impl Login<'_> {
    pub(super) fn header(&self, method: Method, url: &Url) -> Result<(HeaderName, HeaderValue), CallFault> {
        match self {
            Self::Header(name, value) => credential(name, value),
            Self::Signed(signer) => credential("Authorization", &signer.authorization(method, url)?),
        }
    }
}

impl fmt::Debug for Login<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header(..) => "Header",
            Self::Signed(_) => "Signed",
        })
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// The whole address without query; built by concatenation so that a context path stays.
    pub url: String,
    /// Query parameters, not yet encoded.
    pub query: Vec<(&'a str, String)>,
    /// How it shows who sends it.
    pub auth: Option<Login<'a>>,
    /// A JSON body.
    pub body: Option<&'a Value>,
    /// A further header: name and value.
    pub header: Option<(&'static str, &'static str)>,
}

pub(super) fn address(call: &Call<'_>) -> Result<Url, Failure> {
    let mut url = Url::parse(&call.url).map_err(|why| {
        // What stands before an @ may be a password.
        let safe = call.url.split('?').next().and_then(|u| u.rsplit('@').next()).unwrap_or_default();
        let fault = CallFault::NotAnAddress { why: why.to_string() };
        Failure::NotSent(format!("{} {safe:?}: {fault}", call.method.as_str()))
    })?;
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&call.query);
    }
    Ok(url)
}

/// Returns the address without user, password and query.
pub(super) fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn credential(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue), CallFault> {
    let name =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| CallFault::NoHeaderName { name: name.to_owned() })?;
    let mut value = HeaderValue::from_str(value.expose()).map_err(|_| CallFault::BadCredential)?;
    value.set_sensitive(true);
    Ok((name, value))
}
