//! A service that refuses every credential, at once, and repeats it in its answer as some proxies do.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The service; it lives as long as the test.
pub(super) struct Refusing {
    pub(super) url: String,
}

impl Refusing {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(answer(&stream))));
        Self { url }
    }
}

fn answer(stream: &TcpStream) -> std::io::Result<()> {
    let mut head = String::new();
    for line in BufReader::new(stream).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        head += &line;
        head += "; ";
    }
    let head = head.replace(['"', '\\'], "'");
    let body = format!(
        r#"{{"code":403,"success":false,"errorCode":"ft.InvalidAPIKey","message":"refused: {head}","errorMessages":["refused: {head}"]}}"#
    );
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
