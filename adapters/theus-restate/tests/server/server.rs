//! The server, and endpoints that these tests start.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use theus_restate::Remote;
use tokio::runtime::{Builder, Runtime};

use super::program::Till;

/// Where the server is; none where none was started for these tests.
pub struct Server {
    pub ingress: String,
    pub admin: String,
    pub endpoint: PathBuf,
    pub runtime: Runtime,
}

/// Each endpoint has an address of its own.
static PORT: AtomicU16 = AtomicU16::new(19_080);

impl Server {
    pub fn find() -> Option<Self> {
        let variable = |name: &str| std::env::var(name).ok();
        let (Some(ingress), Some(admin), Some(endpoint)) =
            (variable("THEUS_RESTATE_INGRESS"), variable("THEUS_RESTATE_ADMIN"), variable("THEUS_RESTATE_ENDPOINT"))
        else {
            println!("not run: no server was started for it, see the script `ci`");
            return None;
        };
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Some(Self { ingress, admin, endpoint: endpoint.into(), runtime })
    }

    pub fn tills(&self, object: &str) -> Remote<Till> {
        Remote::at(&self.ingress, object).unwrap()
    }

    /// Starts an endpoint that serves this object, and registers it.
    pub fn serve(&self, object: &str, with_interlock: bool) -> Served<'_> {
        self.serve_as(object, with_interlock, None)
    }

    /// The same, where sessions are kept in parts.
    pub fn serve_in_parts(&self, object: &str) -> Served<'_> {
        self.serve_as(object, false, Some("THEUS_IN_PARTS=1"))
    }

    /// The same, where counters are not carried.
    pub fn serve_spoilt(&self, object: &str) -> Served<'_> {
        self.serve_as(object, false, Some("THEUS_SPOILS=1"))
    }

    /// The same, where tills count a rule together: `late` or `exact`.
    pub fn serve_counting(&self, object: &str, counts: &'static str) -> Served<'_> {
        self.serve_as(object, false, Some(counts))
    }

    fn serve_as(&self, object: &str, with_interlock: bool, set: Option<&'static str>) -> Served<'_> {
        let port = PORT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("theus-restate-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut served =
            Served { server: self, object: object.to_owned(), port, folder, with_interlock, set, child: None };
        served.start();
        self.register(&format!("http://127.0.0.1:{port}"));
        served
    }

    pub fn register(&self, uri: &str) {
        self.asks_admin("deployments", &serde_json::json!({ "uri": uri, "force": true }));
    }

    /// What the server's operators ask of it.
    pub fn asks_admin(&self, path: &str, body: &serde_json::Value) -> String {
        let body = body.to_string();
        let answered = self.runtime.block_on(async {
            let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
            let request = Request::builder().method(Method::POST).uri(format!("{}/{path}", self.admin));
            let request = request.header("content-type", "application/json").header("accept", "application/json");
            let response = client.request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
            let status = response.status();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            (status, String::from_utf8_lossy(&body).into_owned())
        });
        assert!(answered.0.is_success(), "{answered:?}");
        answered.1
    }
}

/// An endpoint, which is ended with this.
pub struct Served<'a> {
    server: &'a Server,
    object: String,
    port: u16,
    pub folder: PathBuf,
    with_interlock: bool,
    /// What is set for it: `NAME=VALUE`.
    set: Option<&'static str>,
    child: Option<Child>,
}

impl Served<'_> {
    pub fn start(&mut self) {
        let mut command = Command::new(&self.server.endpoint);
        command.arg(format!("127.0.0.1:{}", self.port)).arg(&self.object).arg(&self.folder);
        if self.with_interlock {
            command.arg(&self.server.ingress);
        }
        if let Some((name, value)) = self.set.and_then(|set| set.split_once('=')) {
            command.env(name, value);
        }
        self.child = Some(command.stdin(Stdio::null()).spawn().unwrap());
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the endpoint does not listen");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// It is to kill itself at the next such point.
    pub fn dies_at(&self, point: &str) {
        fs::write(self.folder.join(format!("kill-{point}")), "").unwrap();
    }

    /// Waits until it is dead, and starts it again.
    pub fn again_when_dead(&mut self) {
        let status = self.child.as_mut().unwrap().wait().unwrap();
        assert!(!status.success(), "it was killed");
        self.start();
    }

    /// It is the same that keeps sessions in parts, or whole, when it is started next.
    pub const fn keeps_in_parts(&mut self, in_parts: bool) {
        self.set = if in_parts { Some("THEUS_IN_PARTS=1") } else { None };
    }

    pub fn kill(&mut self) {
        let child = self.child.as_mut().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// When each effect was had, its key, its amount.
    pub fn effects(&self) -> Vec<(u128, String, i64)> {
        effects(&self.folder)
    }
}

pub fn effects(folder: &Path) -> Vec<(u128, String, i64)> {
    let text = fs::read_to_string(folder.join("effects")).unwrap_or_default();
    let line = |line: &str| {
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap().to_owned();
        (word().parse().unwrap(), word(), word().parse().unwrap())
    };
    text.lines().map(line).collect()
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        self.kill();
        // What is left is a few bytes in a folder for such.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
