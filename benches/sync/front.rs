//! What stands between the program and a fake: TLS, and the time that an answer takes on its way.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How long a relay rests when neither end has said anything.
const PAUSE: Duration = Duration::from_micros(100);

/// A certificate for 127.0.0.1 that its own file vouches for.
pub(crate) struct Certificate {
    server: Arc<ServerConfig>,
    /// The certificate, as PEM.
    pub(crate) file: PathBuf,
}

impl Certificate {
    /// Makes one in `folder`; `None` where there is no `openssl` to do it.
    pub(crate) fn make(folder: &Path) -> Option<Self> {
        let (file, key) = (folder.join("front.pem"), folder.join("front.key"));
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]);
        openssl.args(["-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1"]);
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE", "-out"]).arg(&file).arg("-keyout").arg(&key);
        if !openssl.output().is_ok_and(|output| output.status.success()) {
            return None;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let chain = vec![CertificateDer::from_pem_file(&file).expect("the certificate just made")];
        let key = PrivateKeyDer::from_pem_file(&key).expect("the key just made");
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.expect("a version of TLS").with_no_client_auth();
        let server = Arc::new(builder.with_single_cert(chain, key).expect("a key for the certificate"));
        Some(Self { server, file })
    }
}

/// Starts a front of the server at `base_url`, and returns the address to ask instead.
pub(crate) fn before(base_url: &str, certificate: Option<&Certificate>, latency: Duration) -> String {
    let behind: SocketAddr = base_url.trim_start_matches("http://").parse().expect("a fake at an address and a port");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port");
    let address = listener.local_addr().expect("a bound address");
    let server = certificate.map(|certificate| Arc::clone(&certificate.server));
    let scheme = if server.is_some() { "https" } else { "http" };
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = server.clone();
            thread::spawn(move || serve(client, behind, server, latency));
        }
    });
    format!("{scheme}://{address}")
}

fn serve(client: TcpStream, behind: SocketAddr, server: Option<Arc<ServerConfig>>, latency: Duration) {
    let Ok(upstream) = TcpStream::connect(behind) else { return };
    for stream in [&client, &upstream] {
        let _ = stream.set_nodelay(true);
        let _ = stream.set_nonblocking(true);
    }
    match server {
        None => relay(client, upstream, latency),
        Some(config) => {
            let session = ServerConnection::new(config).expect("a session");
            relay(StreamOwned::new(session, client), upstream, latency);
        }
    }
}

/// Carries bytes both ways until an end closes. The first bytes of a request wait for `latency`.
fn relay(mut client: impl Read + Write, mut upstream: TcpStream, latency: Duration) {
    let mut buffer = vec![0; 64 * 1024];
    let mut asked = false;
    loop {
        let mut is_idle = true;
        match moved(client.read(&mut buffer)) {
            Moved::Bytes(count) => {
                if !asked {
                    thread::sleep(latency);
                }
                (asked, is_idle) = (true, false);
                if !put(&mut upstream, buffer.get(..count).unwrap_or_default()) {
                    return;
                }
            }
            Moved::Nothing => {}
            Moved::End => return,
        }
        match moved(upstream.read(&mut buffer)) {
            Moved::Bytes(count) => {
                (asked, is_idle) = (false, false);
                if !put(&mut client, buffer.get(..count).unwrap_or_default()) {
                    return;
                }
            }
            Moved::Nothing => {}
            Moved::End => return,
        }
        if is_idle {
            thread::sleep(PAUSE);
        }
    }
}

enum Moved {
    Bytes(usize),
    Nothing,
    End,
}

fn moved(read: std::io::Result<usize>) -> Moved {
    match read {
        Ok(0) => Moved::End,
        Ok(count) => Moved::Bytes(count),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Moved::Nothing,
        Err(_) => Moved::End,
    }
}

fn put(stream: &mut impl Write, mut bytes: &[u8]) -> bool {
    loop {
        let step = if bytes.is_empty() { stream.flush().map(|()| 0) } else { stream.write(bytes) };
        match step {
            Ok(_) if bytes.is_empty() => return true,
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
            Err(_) => return false,
        }
    }
}
