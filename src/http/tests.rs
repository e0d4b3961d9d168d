//! The client against a tiny listener on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::Url;

use super::client::install_crypto_provider;
use super::redirect::{MAX_REDIRECTS, onward};
use super::wait::{http_date, wait_time};
use super::*;
use crate::secret::{Redactor, Secret};

/// Serves the answers one connection each and returns what was asked: request line, headers and body.
fn serve(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut seen = Vec::new();
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut request = String::new();
            while !request.ends_with("\r\n\r\n") {
                assert_ne!(reader.read_line(&mut request).unwrap(), 0);
            }
            let lower = request.to_lowercase();
            if let Some(length) = lower.split("content-length: ").nth(1) {
                let mut body = vec![0; length.lines().next().unwrap().parse().unwrap()];
                reader.read_exact(&mut body).unwrap();
                request.push_str(&String::from_utf8(body).unwrap());
            }
            seen.push(request);
            (&stream).write_all(answer.as_bytes()).unwrap();
        }
        seen
    });
    (base, thread)
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn http() -> Http {
    Http::new(&Settings { ca_file: None, timeout: Duration::from_secs(20) }, Arc::default()).unwrap()
}

fn call(method: Method, url: String) -> Call<'static> {
    let auth = Some(Login::Header("DF-API-KEY", Secret::new("top-secret")));
    Call { method, url, query: Vec::new(), auth, body: None, header: None }
}

#[test]
fn an_answer_carries_status_body_clock_and_wait() {
    let headers = "Date: Sun, 22 Nov 2026 20:00:00 GMT\r\nRetry-After: Sun, 22 Nov 2026 20:00:30 GMT\r\nX-Odd: v\r\n";
    let (base, thread) = serve(vec![reply("503 Busy", headers, "{\"a\":1}")]);
    let mut post = call(Method::Post, format!("{base}/ctx/api"));
    post.query = vec![("q", "a b&c".to_owned())];
    let body = serde_json::json!({"x": "观测云"});
    post.body = Some(&body);
    let answer = http().send(&post).unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json().unwrap()["a"], 1);
    assert_eq!(answer.date.unwrap().to_rfc3339(), "2026-11-22T20:00:00+00:00");
    assert_eq!(answer.retry_after, Some(Duration::from_secs(30)));
    assert_eq!(answer.header("x-odd"), Some("v"));
    assert!(!format!("{answer:?}").contains("x-odd"));
    let seen = thread.join().unwrap().remove(0);
    assert!(seen.starts_with("POST /ctx/api?q=a+b%26c HTTP/1.1\r\n"), "{seen}");
    assert!(seen.to_lowercase().contains(concat!("user-agent: guajira/", env!("CARGO_PKG_VERSION"))), "{seen}");
    assert!(seen.contains("df-api-key: top-secret") && seen.ends_with("{\"x\":\"观测云\"}"), "{seen}");
}

#[test]
fn a_wait_is_given_in_seconds_or_as_a_date() {
    let now = http_date("Sun, 22 Nov 2026 20:00:00 GMT").unwrap();
    for (text, want) in [
        ("7", Some(7)),
        ("3600", Some(3600)),
        ("86400", Some(3601)),
        ("9000000000000000", Some(3601)),
        ("9223372036854775807", Some(3601)),
        ("99999999999999999999999999", Some(3601)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(3601)),
        ("-7", None),
        (" 0 ", Some(0)),
        ("Sun, 22 Nov 2026 20:01:00 GMT", Some(60)),
        ("Sun, 22 Nov 2026 19:00:00 GMT", Some(0)),
        ("soon", None),
        ("-1", None),
    ] {
        assert_eq!(wait_time(text, now), want.map(Duration::from_secs), "{text}");
    }
}

#[test]
fn a_truncated_answer_is_no_answer() {
    let (base, thread) = serve(vec!["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"".to_owned()]);
    let failure = http().send(&call(Method::Post, format!("{base}/x"))).unwrap_err();
    thread.join().unwrap();
    assert!(matches!(&failure, Failure::NoAnswer(why) if why.contains("broke off")), "{failure:?}");
}

#[test]
fn a_connection_closed_after_the_request_is_no_answer() {
    let (base, thread) = serve(vec![String::new()]);
    let failure = http().send(&call(Method::Post, format!("{base}/x"))).unwrap_err();
    thread.join().unwrap();
    assert!(matches!(failure, Failure::NoAnswer(_)), "{failure:?}");
}

#[test]
fn silence_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x?token=t", listener.local_addr().unwrap());
    let http = Http::new(&Settings { ca_file: None, timeout: Duration::from_millis(30) }, Arc::default()).unwrap();
    let failure = http.send(&call(Method::Get, url)).unwrap_err();
    assert!(matches!(&failure, Failure::NoAnswer(why) if why.ends_with("no answer within 30ms")), "{failure:?}");
}

#[test]
fn a_refused_connection_is_not_sent_and_its_error_shows_no_query() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut get = call(Method::Get, format!("http://user:hunter2@127.0.0.1:{port}/x"));
    get.query = vec![("token", "in-query".to_owned())];
    let failure = http().send(&get).unwrap_err();
    assert!(matches!(failure, Failure::NotSent(_)), "{failure:?}");
    let words = failure.to_string();
    assert!(words.contains(&format!("GET http://127.0.0.1:{port}/x: ")), "{words}");
    assert!(["hunter2", "in-query", "top-secret"].iter().all(|secret| !words.contains(secret)), "{words}");
}

#[test]
fn a_failed_tls_handshake_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/x", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let failure = http().send(&call(Method::Post, url)).unwrap_err();
    thread.join().unwrap();
    assert!(matches!(failure, Failure::NotSent(_)), "{failure:?}");
}

#[test]
fn a_credential_no_header_can_carry_is_not_sent_and_not_shown() {
    let mut get = call(Method::Get, "http://127.0.0.1:9/x".to_owned());
    get.auth = Some(Login::Header("DF-API-KEY", Secret::new("line\nbreak")));
    let failure = http().send(&get).unwrap_err();
    assert!(matches!(&failure, Failure::NotSent(why) if !why.contains("break\"")), "{failure:?}");
}

#[test]
fn a_redirect_to_another_host_or_port_is_the_answer() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let port = other.local_addr().unwrap().port();
    for target in [format!("http://127.0.0.1:{port}/"), "http://localhost/".to_owned(), "https://127.0.0.1/".to_owned()]
    {
        let (base, thread) = serve(vec![reply("302 Found", &format!("Location: {target}\r\n"), "")]);
        assert_eq!(http().send(&call(Method::Get, format!("{base}/x"))).unwrap().status, 302, "{target}");
        thread.join().unwrap();
    }
    assert!(other.accept().is_err());
}

#[test]
fn a_redirect_on_the_same_host_is_followed_with_the_credential() {
    let (base, thread) = serve(vec![reply("301 Moved", "Location: /y?a=b\r\n", ""), reply("200 OK", "", "{}")]);
    assert_eq!(http().send(&call(Method::Get, format!("{base}/x"))).unwrap().status, 200);
    let seen = thread.join().unwrap();
    assert!(seen[1].starts_with("GET /y?a=b ") && seen[1].contains("top-secret"));
}

#[test]
fn a_write_follows_only_a_redirect_that_keeps_the_method() {
    let (base, thread) = serve(vec![reply("302 Found", "Location: /y\r\n", "")]);
    assert_eq!(http().send(&call(Method::Post, format!("{base}/x"))).unwrap().status, 302);
    thread.join().unwrap();

    let (base, thread) = serve(vec![reply("307 Later", "Location: /y\r\n", ""), reply("200 OK", "", "{}")]);
    assert_eq!(http().send(&call(Method::Post, format!("{base}/x"))).unwrap().status, 200);
    assert!(thread.join().unwrap()[1].starts_with("POST /y "));
}

#[test]
fn a_redirect_loop_ends() {
    let (base, thread) = serve(vec![reply("302 Found", "Location: /x\r\n", ""); MAX_REDIRECTS + 1]);
    assert_eq!(http().send(&call(Method::Get, format!("{base}/x"))).unwrap().status, 302);
    thread.join().unwrap();
}

#[test]
fn only_an_upgrade_on_the_usual_ports_changes_the_scheme() {
    let answer = |to: &str| Answer {
        status: 308,
        body: Vec::new(),
        date: None,
        retry_after: None,
        is_bounded: false,
        redactor: Arc::default(),
        headers: vec![("location".to_owned(), to.to_owned())],
    };
    for (from, to, followed) in [
        ("http://h/a", "https://h/a", true),
        ("https://h/a", "http://h/a", false),
        ("http://h/a", "https://h:8443/a", false),
        ("http://h/a", "https://g/a", false),
        ("https://h/a", "//h/b", true),
        ("https://h/a", "https://h:443/b", true),
        ("https://h/a", "https://h.evil/b", false),
        ("https://h/a", "javascript:alert(1)", false),
    ] {
        let got = onward(Method::Post, &Url::parse(from).unwrap(), &answer(to));
        assert_eq!(got.is_some(), followed, "{from} -> {to}");
    }
}

#[test]
fn a_bad_ca_file_is_named_with_the_way_to_mend_it() {
    let dir = tempfile::tempdir().unwrap();
    let error = |content: Option<&str>| {
        let path = dir.path().join("ca.pem");
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let settings = Settings { ca_file: Some(path), timeout: Duration::from_secs(1) };
        format!("{:#}", Http::new(&settings, Arc::default()).unwrap_err())
    };
    let missing = error(None);
    assert!(missing.contains("cannot read ca_file") && missing.contains("ca.pem: give the path"), "{missing}");
    let empty = error(Some("hello\n"));
    assert!(empty.contains("holds no certificate") && empty.contains("openssl x509"), "{empty}");
    let broken = error(Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
    assert!(broken.contains("cannot be used: export it again"), "{broken}");
}

/// Makes an authority and a certificate for 127.0.0.1 in `dir`; false where there is no openssl to do it.
fn certify(dir: &Path) -> bool {
    let run = |args: &str| {
        let command = std::process::Command::new("openssl").current_dir(dir).args(args.split(' ')).output();
        command.is_ok_and(|output| output.status.success())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    let signed = "-CA ca.pem -CAkey ca.key -CAcreateserial -extfile leaf.ext -days 2 -in leaf.csr -out leaf.pem";
    std::fs::write(dir.join("leaf.ext"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    run(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=test-authority"))
        && run(&format!("req -new {key} -keyout leaf.key -out leaf.csr -subj /CN=test"))
        && run(&format!("x509 -req {signed}"))
}

/// Answers one request over TLS; tells whether one came.
fn serve_tls(dir: &Path) -> (String, JoinHandle<bool>) {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    install_crypto_provider();
    let chain = vec![CertificateDer::from_pem_file(dir.join("leaf.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(dir.join("leaf.key")).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/x", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut session = rustls::ServerConnection::new(std::sync::Arc::new(config)).unwrap();
        let mut stream = rustls::Stream::new(&mut session, &mut socket);
        let mut request = [0; 4096];
        let came = stream.read(&mut request).is_ok_and(|read| read > 0);
        came && stream.write_all(reply("200 OK", "", "{}").as_bytes()).is_ok()
    });
    (url, thread)
}

#[test]
fn a_private_authority_is_trusted_only_when_its_file_is_given() {
    let dir = tempfile::tempdir().unwrap();
    if !certify(dir.path()) {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: no openssl to make a certificate with");
        }
        return;
    }
    let (url, thread) = serve_tls(dir.path());
    let settings = Settings { ca_file: Some(dir.path().join("ca.pem")), timeout: Duration::from_secs(20) };
    let mut private = Http::new(&settings, Arc::default()).unwrap();
    private.trust = private.trust.with_system_of_its_own();
    assert_eq!(private.send(&call(Method::Get, url)).unwrap().status, 200);
    assert!(thread.join().unwrap());
    assert!(!private.trust.system().was_read(), "the system's bundle costs more than the run");

    let (url, thread) = serve_tls(dir.path());
    let elsewhere = url.replace("127.0.0.1", "localhost");
    let failure = private.send(&call(Method::Post, elsewhere)).unwrap_err();
    assert!(matches!(&failure, Failure::NotSent(why) if why.contains("not valid for")), "{failure:?}");
    assert!(!thread.join().unwrap() && private.trust.system().was_read(), "the system was asked too");

    let (url, thread) = serve_tls(dir.path());
    let failure = http().send(&call(Method::Post, url)).unwrap_err();
    assert!(matches!(&failure, Failure::NotSent(why) if why.contains("certificate")), "{failure:?}");
    assert!(!thread.join().unwrap(), "no request went to a stranger");
}

#[test]
fn a_page_instead_of_json_shows_its_first_words() {
    let body = b"<html>\n  <title>Sign in</title>".to_vec();
    let mut answer = Answer {
        status: 200,
        body,
        date: None,
        retry_after: None,
        headers: Vec::new(),
        redactor: Arc::default(),
        is_bounded: false,
    };
    assert_eq!(answer.json().unwrap_err(), "<html> <title>Sign in</title>");
    answer.body = b"\xef\xbb\xbf{}".to_vec();
    assert_eq!(answer.json().unwrap(), serde_json::json!({}), "a byte order mark is no garbage");
}

#[test]
fn a_credential_that_the_service_repeats_is_taken_out() {
    let mut redactor = Redactor::default();
    redactor.hide(&Secret::new("top/secret"));
    redactor.hide_login("bot", &Secret::new("of-the-other-side"));
    let http = Http::new(&Settings { ca_file: None, timeout: Duration::from_secs(20) }, Arc::new(redactor)).unwrap();
    for repeated in [
        "top/secret",
        "top\\/secret",
        "\\u0074op\\u002Fsecret",
        "bot:of-the-other-side",
        "Ym90Om9mLXRoZS1vdGhlci1zaWRl",
        "\\u0059m90Om9mLXRoZS1vdGhlci1zaWRl",
    ] {
        let page = format!("{{\"message\":\"{repeated} and {repeated}\"}}");
        let (base, thread) = serve(vec![reply("401 No", &format!("X-Echo: {repeated}\r\n"), &page)]);
        let answer = http.send(&call(Method::Get, base)).unwrap();
        thread.join().unwrap();
        assert_eq!(answer.json().unwrap()["message"], "(redacted) and (redacted)", "{repeated}");
        assert_eq!(answer.header("X-Echo"), Some("(redacted)"));
        assert_eq!(answer.head(), "{\"message\":\"(redacted) and (redacted)\"}");
    }
    let (base, thread) = serve(vec![reply("302 Found", "Location: /top/secret/login\r\n", ""), String::new()]);
    let failure = http.send(&call(Method::Get, base)).unwrap_err().to_string();
    thread.join().unwrap();
    assert!(failure.contains("/(redacted)/login"), "{failure}");
}
