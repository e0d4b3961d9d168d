//! The wire, the record, the faults and the hooks, over a raw socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{TimeZone, Utc};
use serde_json::json;

use super::{Fault, Handler, Request, Response, Server, Times, What, When};
use crate::clock::SimClock;

#[derive(Default)]
struct Counter(AtomicUsize);

impl Handler for Counter {
    fn handle(&self, request: &Request) -> Response {
        let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Response::json(200, &json!({"count": count, "q": request.query("q"), "got": request.json()}))
    }
}

fn talk(server: &Server, bytes: &str) -> String {
    let mut stream = TcpStream::connect(server.base_url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(server: &Server, path: &str) -> String {
    talk(server, &format!("POST {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}"))
}

#[test]
fn keeps_alive_reads_chunks_and_tells_its_own_time() {
    let clock = SimClock::fixed(Utc.with_ymd_and_hms(2026, 11, 22, 10, 0, 0).unwrap());
    let server = Server::start_at(Arc::new(Counter::default()), clock.clone(), 0);
    let answer = talk(
        &server,
        "GET /a?q=x%20%C3%A9+y HTTP/1.1\r\nHost: h\r\n\r\n\
         POST /b%2Fc HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n",
    );
    assert!(answer.contains("Date: Sun, 22 Nov 2026 10:00:00 GMT"), "{answer}");
    assert!(answer.contains(r#"{"count":1,"q":"x é y","got":null}"#), "{answer}");
    assert!(answer.contains(r#"{"count":2,"q":null,"got":{"a":1}}"#), "{answer}");
    let recorded = server.recorded();
    assert_eq!(recorded.len(), 2);
    assert_eq!((recorded[1].write, recorded[1].status, &recorded[1].body), (true, Some(200), &json!({"a": 1})));
}

#[test]
fn faults_strike_where_they_were_aimed() {
    let handler = Arc::new(Counter::default());
    let server = Server::start(Arc::clone(&handler) as Arc<dyn Handler>);
    server.fail(Fault::new(What::DropBefore).method("POST").path_prefix("/drop").writes());
    server.fail(Fault::new(What::DropAfter).path_contains("after").nth(2).times(Times::N(1)));
    server.fail(Fault::new(What::Truncate(5)).path_prefix("/cut"));
    server.fail(
        Fault::new(What::Status(503, "{}".into(), vec![("Retry-After".into(), "7".into())])).path_prefix("/busy"),
    );

    assert_eq!(post(&server, "/drop"), "");
    assert_eq!(handler.0.load(Ordering::SeqCst), 0);
    assert!(post(&server, "/drop").contains("200 OK"));
    assert!(post(&server, "/after").contains("200 OK"));
    assert_eq!(post(&server, "/after"), "");
    assert_eq!(handler.0.load(Ordering::SeqCst), 3);
    assert!(post(&server, "/after").contains("200 OK"));
    let cut = post(&server, "/cut");
    assert!(cut.ends_with("\r\n\r\n{\"cou") && !cut.contains("Content-Length: 5\r"), "{cut}");
    let busy = post(&server, "/busy");
    assert!(busy.starts_with("HTTP/1.1 503") && busy.contains("Retry-After: 7"), "{busy}");
    let carried: Vec<_> = server.recorded().iter().map(|r| (r.carried_out, r.status)).collect();
    assert_eq!(carried[0], (false, None));
    assert_eq!(carried[3], (true, None));
}

#[test]
fn hooks_run_around_the_nth_write() {
    let handler = Arc::new(Counter::default());
    let server = Server::start(Arc::clone(&handler) as Arc<dyn Handler>);
    let seen: Arc<std::sync::Mutex<Vec<usize>>> = Arc::default();
    for when in [When::Before, When::After] {
        let (seen, handler) = (Arc::clone(&seen), Arc::clone(&handler));
        server.hook(2, when, Box::new(move || seen.lock().unwrap().push(handler.0.load(Ordering::SeqCst))));
    }
    talk(&server, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    for _ in 0..3 {
        post(&server, "/w");
    }
    assert_eq!(*seen.lock().unwrap(), [2, 3]);
}
