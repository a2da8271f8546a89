//! The doors that are known, and the effect to declare for each.

/// How a door's type depends on its arguments, which decides how rustc is asked about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// It does not.
    No,
    /// On the one argument.
    One,
    /// On both arguments.
    Two,
    /// On the first of two arguments.
    First,
    /// On a closure.
    Closure,
}

/// A function of the standard library.
pub(super) struct Function {
    pub(super) path: &'static str,
    pub(super) open: Open,
    pub(super) effect: &'static str,
    /// For names that many types have: only where the path says this type.
    pub(super) of: Option<&'static str>,
}

const fn function(path: &'static str, open: Open, effect: &'static str) -> Function {
    Function { path, open, effect, of: None }
}

const fn method(of: &'static str, path: &'static str, open: Open, effect: &'static str) -> Function {
    Function { path, open, effect, of: Some(of) }
}

/// Those that rustc is asked about, wherever a path ends in their name.
pub(super) const FUNCTIONS: &[Function] = &[
    function("std::fs::read", Open::One, "files"),
    function("std::fs::read_to_string", Open::One, "files"),
    function("std::fs::read_dir", Open::One, "files"),
    function("std::fs::read_link", Open::One, "files"),
    function("std::fs::write", Open::Two, "files"),
    function("std::fs::copy", Open::Two, "files"),
    function("std::fs::rename", Open::Two, "files"),
    function("std::fs::hard_link", Open::Two, "files"),
    function("std::fs::set_permissions", Open::First, "files"),
    function("std::fs::remove_file", Open::One, "files"),
    function("std::fs::remove_dir", Open::One, "files"),
    function("std::fs::remove_dir_all", Open::One, "files"),
    function("std::fs::create_dir", Open::One, "files"),
    function("std::fs::create_dir_all", Open::One, "files"),
    function("std::fs::metadata", Open::One, "files"),
    function("std::fs::symlink_metadata", Open::One, "files"),
    function("std::fs::canonicalize", Open::One, "files"),
    function("std::fs::exists", Open::One, "files"),
    function("std::fs::File::open", Open::One, "files"),
    function("std::fs::File::create", Open::One, "files"),
    function("std::fs::File::create_new", Open::One, "files"),
    function("std::fs::File::options", Open::No, "files"),
    method("OpenOptions", "std::fs::OpenOptions::new", Open::No, "files"),
    method("DirBuilder", "std::fs::DirBuilder::new", Open::No, "files"),
    function("std::path::Path::exists", Open::No, "files"),
    function("std::path::Path::try_exists", Open::No, "files"),
    function("std::path::Path::is_file", Open::No, "files"),
    function("std::path::Path::is_dir", Open::No, "files"),
    function("std::path::Path::is_symlink", Open::No, "files"),
    function("std::path::Path::metadata", Open::No, "files"),
    function("std::path::Path::symlink_metadata", Open::No, "files"),
    function("std::path::Path::read_dir", Open::No, "files"),
    function("std::path::Path::read_link", Open::No, "files"),
    function("std::path::Path::canonicalize", Open::No, "files"),
    function("std::net::TcpStream::connect", Open::One, "network"),
    function("std::net::TcpStream::connect_timeout", Open::No, "network"),
    function("std::net::ToSocketAddrs::to_socket_addrs", Open::One, "network"),
    function("std::net::TcpListener::bind", Open::One, "network"),
    function("std::net::UdpSocket::bind", Open::One, "network"),
    function("std::env::var", Open::One, "environment"),
    function("std::env::var_os", Open::One, "environment"),
    function("std::env::vars", Open::No, "environment"),
    function("std::env::vars_os", Open::No, "environment"),
    function("std::env::args", Open::No, "environment"),
    function("std::env::args_os", Open::No, "environment"),
    function("std::env::current_dir", Open::No, "environment"),
    function("std::env::set_current_dir", Open::One, "environment"),
    function("std::env::current_exe", Open::No, "environment"),
    function("std::env::temp_dir", Open::No, "environment"),
    function("std::backtrace::Backtrace::capture", Open::No, "environment"),
    function("std::backtrace::Backtrace::force_capture", Open::No, "environment"),
    function("std::process::exit", Open::No, "system"),
    function("std::process::abort", Open::No, "system"),
    function("std::process::id", Open::No, "system"),
    function("std::panic::set_hook", Open::No, "system"),
    function("std::panic::take_hook", Open::No, "system"),
    function("std::process::Command::new", Open::One, "system"),
    function("std::time::Instant::now", Open::No, "clock"),
    function("std::time::SystemTime::now", Open::No, "clock"),
    function("std::time::Instant::elapsed", Open::No, "clock"),
    function("std::time::SystemTime::elapsed", Open::No, "clock"),
    function("std::thread::spawn", Open::Closure, "workers"),
    function("std::thread::sleep", Open::No, "workers"),
    function("std::thread::park", Open::No, "workers"),
    function("std::thread::park_timeout", Open::No, "workers"),
    function("std::thread::yield_now", Open::No, "workers"),
    function("std::thread::current", Open::No, "workers"),
    function("std::thread::available_parallelism", Open::No, "workers"),
    method("Builder", "std::thread::Builder::new", Open::No, "workers"),
    function("std::io::stdin", Open::No, "terminal"),
    function("std::io::stdout", Open::No, "terminal"),
    function("std::io::stderr", Open::No, "terminal"),
    method("RandomState", "std::hash::RandomState::new", Open::No, "random"),
];

/// Methods that are doors on some types, about whose receivers rustc is asked.
pub(super) const METHODS: &[(&str, &str)] = &[
    ("exists", "files"),
    ("try_exists", "files"),
    ("is_file", "files"),
    ("is_dir", "files"),
    ("is_symlink", "files"),
    ("metadata", "files"),
    ("symlink_metadata", "files"),
    ("read_dir", "files"),
    ("read_link", "files"),
    ("canonicalize", "files"),
    ("elapsed", "clock"),
    ("to_socket_addrs", "network"),
];

/// Types of the standard library whose `new` is no door: rustc need not be asked.
pub(super) const HARMLESS: &[&str] = &[
    "Vec",
    "VecDeque",
    "String",
    "Box",
    "Arc",
    "Rc",
    "Option",
    "Cell",
    "RefCell",
    "BTreeMap",
    "BTreeSet",
    "HashMap",
    "HashSet",
    "BinaryHeap",
    "LinkedList",
    "Path",
    "PathBuf",
    "OsString",
    "Cursor",
];

/// What lies behind a path that is known by its words, and the effect to declare for it.
pub(super) struct Named {
    /// The path's words; `*` stands for any word.
    pub(super) words: &'static [&'static str],
    pub(super) what: &'static str,
    pub(super) effect: &'static str,
}

const fn named(words: &'static [&'static str], what: &'static str, effect: &'static str) -> Named {
    Named { words, what, effect }
}

const FILES: &str = "the file system";
const NETWORK: &str = "the network";
const ENVIRONMENT: &str = "the environment";
const SYSTEM: &str = "the operating system's processes";
const CLOCK: &str = "the clock";
const THREADS: &str = "threads";
const TERMINAL: &str = "the terminal";
const CHANCE: &str = "chance";

/// What a path that begins with `std` is refused for besides the functions above, from whichever of its words on.
pub(super) const STANDARD: &[Named] = &[
    named(&["fs", "*"], FILES, "files"),
    named(&["UnixStream", "*"], NETWORK, "network"),
    named(&["UnixListener", "*"], NETWORK, "network"),
    named(&["UnixDatagram", "*"], NETWORK, "network"),
    named(&["ToSocketAddrs", "*"], NETWORK, "network"),
    named(&["env", "set_var"], ENVIRONMENT, "environment"),
    named(&["env", "remove_var"], ENVIRONMENT, "environment"),
    named(&["env", "home_dir"], ENVIRONMENT, "environment"),
    named(&["thread", "scope"], THREADS, "workers"),
    named(&["RandomState", "*"], CHANCE, "random"),
];

/// What is known by how its path begins: other crates, which this one cannot ask rustc about.
pub(super) const FOREIGN: &[Named] = &[
    named(&["reqwest", "*"], NETWORK, "network"),
    named(&["ureq", "*"], NETWORK, "network"),
    named(&["tokio", "net"], NETWORK, "network"),
    named(&["net", "lookup_host"], NETWORK, "network"),
    named(&["tokio", "fs"], FILES, "files"),
    named(&["tokio", "io"], TERMINAL, "terminal"),
    named(&["tokio", "process"], SYSTEM, "system"),
    named(&["tokio", "signal"], SYSTEM, "system"),
    named(&["tokio", "time"], CLOCK, "clock"),
    named(&["tokio", "spawn"], THREADS, "workers"),
    named(&["tokio", "task"], THREADS, "workers"),
    named(&["rayon", "*"], THREADS, "workers"),
    named(&["thread", "scope"], THREADS, "workers"),
    named(&["env", "set_var"], ENVIRONMENT, "environment"),
    named(&["env", "remove_var"], ENVIRONMENT, "environment"),
    named(&["UnixStream", "*"], NETWORK, "network"),
    named(&["UnixListener", "*"], NETWORK, "network"),
    named(&["UnixDatagram", "*"], NETWORK, "network"),
    named(&["chrono", "*", "now"], CLOCK, "clock"),
    named(&["jiff", "*", "now"], CLOCK, "clock"),
    named(&["Utc", "now"], CLOCK, "clock"),
    named(&["Local", "now"], CLOCK, "clock"),
    named(&["Zoned", "now"], CLOCK, "clock"),
    named(&["Timestamp", "now"], CLOCK, "clock"),
    named(&["OffsetDateTime", "now_utc"], CLOCK, "clock"),
    named(&["OffsetDateTime", "now_local"], CLOCK, "clock"),
    named(&["time", "OffsetDateTime", "now_utc"], CLOCK, "clock"),
    named(&["time", "OffsetDateTime", "now_local"], CLOCK, "clock"),
    named(&["rand", "random"], CHANCE, "random"),
    named(&["rand", "random_range"], CHANCE, "random"),
    named(&["rand", "random_bool"], CHANCE, "random"),
    named(&["rand", "random_iter"], CHANCE, "random"),
    named(&["rand", "rng"], CHANCE, "random"),
    named(&["rand", "thread_rng"], CHANCE, "random"),
    named(&["getrandom", "*"], CHANCE, "random"),
    named(&["RandomState", "default"], CHANCE, "random"),
    named(&["Uuid", "new_v4"], CHANCE, "random"),
    named(&["Uuid", "now_v7"], CHANCE, "random"),
    named(&["uuid", "Uuid", "new_v4"], CHANCE, "random"),
    named(&["uuid", "Uuid", "now_v7"], CHANCE, "random"),
];

/// What lies behind the doors that one effect is declared for.
pub(super) fn what(effect: &str) -> &'static str {
    match effect {
        "files" => FILES,
        "network" => NETWORK,
        "environment" => ENVIRONMENT,
        "system" => SYSTEM,
        "clock" => CLOCK,
        "workers" => THREADS,
        "terminal" => TERMINAL,
        _ => CHANCE,
    }
}

/// Functions that are doors by their bare name.
pub(super) const BARE: &[(&str, &str, &str)] = &[("thread_rng", CHANCE, "random"), ("lookup_host", NETWORK, "network")];

/// Of these crates every function that is called.
pub(super) const CRATES: &[(&str, &str, &str)] = &[("fastrand", CHANCE, "random")];

pub(super) const PRINTING: &[&str] = &["println", "print", "eprintln", "eprint", "dbg"];

/// Words in the type of a static that can change.
pub(super) const CHANGING: &[&str] = &[
    "Mutex",
    "RwLock",
    "Cell",
    "RefCell",
    "UnsafeCell",
    "Once",
    "OnceCell",
    "OnceLock",
    "LazyCell",
    "LazyLock",
    "Lazy",
    "Condvar",
    "Barrier",
    "DashMap",
    "ArcSwap",
];
