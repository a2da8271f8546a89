//! A server of our own: made in a folder of its own by whoever may run one, and gone with this program, however it ends.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use theus_postgres::PostgresStore;

/// Where it is an error that there is no PostgreSQL.
const NEEDED: &str = "THEUS_POSTGRES";

pub struct Cluster {
    pub port: u16,
    /// It goes when this does: a shell waits for the end of its input.
    _watch: Child,
}

fn programs() -> Option<PathBuf> {
    let newest = || {
        let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok).collect();
        found.sort_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
        Some(found.pop()?.path().join("bin"))
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    newest().filter(|folder| folder.join("initdb").exists()).or(on_path)
}

/// The server; none where there is no PostgreSQL, which is said.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| match programs() {
        Some(programs) => Some(started(&programs)),
        None => {
            assert!(std::env::var_os(NEEDED).is_none(), "{NEEDED} is set, and there is no PostgreSQL here");
            println!("there is no PostgreSQL here: its tests are passed over (`apt-get install postgresql`)");
            None
        }
    });
    cluster.as_ref()
}

fn started(programs: &Path) -> Cluster {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // `initdb` refuses to be run by root.
    let script = "set -e; folder=$(mktemp -d); trap 'rm -rf \"$folder\"' EXIT; \
        \"$0/initdb\" -D \"$folder/data\" -A trust -U theus -E UTF8 --locale=C --no-sync --data-checksums >/dev/null; \
        \"$0/postgres\" -D \"$folder/data\" -k \"$folder\" -h 127.0.0.1 -p \"$1\" -c max_connections=200 >\"$folder/log\" 2>&1 & \
        server=$!; read -r line || true; kill -INT $server; wait $server || true";
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.starts_with(b"0"));
    let mut command = match is_root {
        true => {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        }
        false => Command::new("sh"),
    };
    let watch = command
        .args(["-c", script])
        .arg(programs)
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let cluster = Cluster { port, _watch: watch };
    let until = Instant::now() + Duration::from_secs(60);
    while let Err(error) = PostgresStore::open_in(&cluster.url(), "first") {
        assert!(Instant::now() < until, "{error}");
        std::thread::sleep(Duration::from_millis(100));
    }
    cluster
}

impl Cluster {
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// Through another port, as of a proxy.
    pub fn url_at(&self, port: u16) -> String {
        format!("postgres://theus@127.0.0.1:{port}/postgres")
    }
}

/// A schema that nobody else has.
pub fn schema() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("t{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}
