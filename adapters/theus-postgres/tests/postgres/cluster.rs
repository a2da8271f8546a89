//! A server of our own: made in a folder of its own by whoever may run one, and gone with this program, however it ends.

use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use theus_postgres::PostgresStore;

/// Where it is an error that there is no PostgreSQL; `0` where its tests are passed over all the same.
const NEEDED: &str = "THEUS_POSTGRES";

pub struct Cluster {
    pub port: u16,
    /// A shell: it does what it is told line by line, and takes the server along at the end of its input.
    tell: Option<ChildStdin>,
    told: BufReader<ChildStdout>,
    shell: Child,
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

/// The server that tests share; none where there is no PostgreSQL, which is said.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(own_cluster).as_ref()
}

/// One that nobody else uses.
pub fn own_cluster() -> Option<Cluster> {
    if std::env::var_os(NEEDED).is_some_and(|said| said == "0") {
        println!("{NEEDED} is 0: the tests of PostgreSQL are passed over");
        return None;
    }
    let programs = programs();
    if programs.is_none() {
        assert!(std::env::var_os(NEEDED).is_none(), "{NEEDED} is set, and there is no PostgreSQL here");
        println!("there is no PostgreSQL here: its tests are passed over (`apt-get install postgresql`)");
    }
    Some(started(&programs?))
}

/// What the shell does: `start`, or the name of a signal, which ends the server.
const SHELL: &str = r#"
set -e
folder=$(mktemp -d)
trap '[ -z "$server" ] || kill -INT "$server" || true; wait; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
server=
"$0/initdb" -D "$folder/data" -A trust -U theus -E UTF8 --locale=C --no-sync --data-checksums >/dev/null
start() {
    "$0/postgres" -D "$folder/data" -k "$folder" -h 127.0.0.1 -p "$1" -c max_connections=200 >>"$folder/log" 2>&1 &
    server=$!
}
start "$1"
while read -r what; do
    case $what in
    start) start "$1" ;;
    *) kill -"$what" "$server"; wait "$server" || true ;;
    esac
    echo "$what"
done
"#;

fn started(programs: &Path) -> Cluster {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // `initdb` refuses to be run by root.
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.starts_with(b"0"));
    let mut command = match is_root {
        true => {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        }
        false => Command::new("sh"),
    };
    let mut shell = command
        .args(["-c", SHELL])
        .arg(programs)
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let (tell, told) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()));
    let cluster = Cluster { port, tell: Some(tell), told, shell };
    let until = Instant::now() + Duration::from_secs(60);
    while let Err(error) = PostgresStore::open_in(&cluster.url(), "first") {
        assert!(Instant::now() < until, "{error}");
        std::thread::sleep(Duration::from_millis(100));
    }
    cluster
}

impl Cluster {
    /// As `pg_ctl stop -m immediate`: every process of the server is gone, and what it has not on the disk.
    pub fn stop_at_once(&mut self) {
        self.tell("QUIT");
    }

    /// As `pg_ctl stop -m fast`.
    pub fn stop(&mut self) {
        self.tell("INT");
    }

    /// Again, with what it finds on the disk; it need not answer yet.
    pub fn start(&mut self) {
        self.tell("start");
    }

    /// The shell does it, and has done it.
    fn tell(&mut self, what: &str) {
        self.tell.as_mut().unwrap().write_all(format!("{what}\n").as_bytes()).unwrap();
        let mut done = String::new();
        self.told.read_line(&mut done).unwrap();
        assert_eq!(done.trim_end(), what);
    }

    /// What it says to a question whose answer is one number, or none.
    pub fn number(&self, sql: &str) -> Option<i64> {
        self.ask(async |client| client.query_opt(sql, &[]).await.unwrap()?.get(0))
    }

    pub fn run(&self, sql: &str) {
        self.ask(async |client| client.batch_execute(sql).await.unwrap());
    }

    fn ask<T>(&self, ask: impl AsyncFnOnce(tokio_postgres::Client) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&self.url(), tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            ask(client).await
        })
    }

    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// Through another port, as of a proxy.
    pub fn url_at(&self, port: u16) -> String {
        format!("postgres://theus@127.0.0.1:{port}/postgres")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of its input is the end of it; killed itself, it would leave the server.
        self.tell = None;
        let _ = self.shell.wait();
    }
}

/// A schema that nobody else has.
pub fn schema() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("t{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}
