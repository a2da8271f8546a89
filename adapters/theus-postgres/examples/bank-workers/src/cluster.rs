//! A PostgreSQL of its own: made in a folder of its own by whoever may run one, and gone with this program, however it ends.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use theus_postgres::PostgresStore;

use crate::Failure;

/// It has so long until it answers.
const START: Duration = Duration::from_secs(60);

/// The server goes with the end of the shell's input: that comes however this program ends.
const SHELL: &str = r#"
set -e
folder=$(mktemp -d)
trap '[ -z "$server" ] || kill -INT "$server" || true; wait; rm -rf "$folder"' EXIT
trap 'exit 1' TERM
trap '' INT
server=
"$0/initdb" -D "$folder/data" -A trust -U theus -E UTF8 --locale=C --no-sync --data-checksums >/dev/null
setsid "$0/postgres" -D "$folder/data" -k "$folder" -h 127.0.0.1 -p "$1" -c max_connections=400 >>"$folder/log" 2>&1 &
server=$!
while read -r _; do :; done
"#;

pub(crate) struct Cluster {
    port: u16,
    /// Until it is dropped.
    input: Option<ChildStdin>,
    shell: Child,
}

impl Cluster {
    pub(crate) fn start() -> Result<Self, Failure> {
        let programs = programs().ok_or("there is no PostgreSQL here: `apt-get install postgresql`")?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        // `initdb` refuses to be run by root.
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.starts_with(b"0"));
        let mut command = Command::new(if is_root { "runuser" } else { "sh" });
        if is_root {
            command.args(["-u", "postgres", "--", "sh"]);
        }
        command.args(["-c", SHELL]).arg(programs).arg(port.to_string()).current_dir("/");
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?;
        let cluster = Self { port, input: shell.stdin.take(), shell };
        let until = Instant::now() + START;
        // The tables are there before the workers come, which need not make them at once.
        while let Err(error) = PostgresStore::open_in(&cluster.url(), "accounts") {
            if Instant::now() > until {
                return Err(error.into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(cluster)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://theus@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Killed itself, it would leave the server.
        self.input = None;
        let _ = self.shell.wait();
    }
}

/// The folder of the newest one, or of the one on the path.
fn programs() -> Option<PathBuf> {
    let has_it = |folder: &PathBuf| folder.join("initdb").exists();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let newest = versions.max_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(has_it);
    newest.map(|version| version.path().join("bin")).filter(has_it).or(on_path)
}
