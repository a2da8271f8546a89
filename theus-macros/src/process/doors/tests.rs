//! Each door of the tables by itself: its whole path is refused in words, and rustc is asked about its name.

use crate::process::tests::{accepted, refused, written};

/// The functions that rustc is asked about, with the effect to declare and what they reach.
const DOORS: [(&str, &str, &[&str]); 8] = [
    (
        "files",
        "the file system",
        &[
            "fs::read",
            "fs::read_to_string",
            "fs::read_dir",
            "fs::read_link",
            "fs::write",
            "fs::copy",
            "fs::rename",
            "fs::hard_link",
            "fs::set_permissions",
            "fs::remove_file",
            "fs::remove_dir",
            "fs::remove_dir_all",
            "fs::create_dir",
            "fs::create_dir_all",
            "fs::metadata",
            "fs::symlink_metadata",
            "fs::canonicalize",
            "fs::exists",
            "fs::File::open",
            "fs::File::create",
            "fs::File::create_new",
            "fs::File::options",
            "fs::OpenOptions::new",
            "fs::DirBuilder::new",
            "path::Path::exists",
            "path::Path::try_exists",
            "path::Path::is_file",
            "path::Path::is_dir",
            "path::Path::is_symlink",
            "path::Path::metadata",
            "path::Path::symlink_metadata",
            "path::Path::read_dir",
            "path::Path::read_link",
            "path::Path::canonicalize",
        ],
    ),
    (
        "network",
        "the network",
        &[
            "net::TcpStream::connect",
            "net::TcpStream::connect_timeout",
            "net::ToSocketAddrs::to_socket_addrs",
            "net::TcpListener::bind",
            "net::UdpSocket::bind",
        ],
    ),
    (
        "environment",
        "the environment",
        &[
            "env::var",
            "env::var_os",
            "env::vars",
            "env::vars_os",
            "env::args",
            "env::args_os",
            "env::current_dir",
            "env::set_current_dir",
            "env::current_exe",
            "env::temp_dir",
            "backtrace::Backtrace::capture",
            "backtrace::Backtrace::force_capture",
        ],
    ),
    (
        "system",
        "the operating system's processes",
        &[
            "process::exit",
            "process::abort",
            "process::id",
            "panic::set_hook",
            "panic::take_hook",
            "process::Command::new",
        ],
    ),
    (
        "clock",
        "the clock",
        &["time::Instant::now", "time::SystemTime::now", "time::Instant::elapsed", "time::SystemTime::elapsed"],
    ),
    (
        "workers",
        "threads",
        &[
            "thread::spawn",
            "thread::sleep",
            "thread::park",
            "thread::park_timeout",
            "thread::yield_now",
            "thread::current",
            "thread::available_parallelism",
            "thread::Builder::new",
        ],
    ),
    ("terminal", "the terminal", &["io::stdin", "io::stdout", "io::stderr"]),
    ("random", "chance", &["hash::RandomState::new"]),
];

#[test]
fn every_door_of_the_standard_library_is_refused_by_its_path_and_asked_about_by_its_name() {
    for (effect, what, paths) in DOORS {
        for path in paths {
            let words: Vec<&str> = path.split("::").collect();
            refused(&format!("let seen = std::{path};"), &format!("`std::{path}` reaches {what}"));
            // `Instant::now`; `fs::read`; and `read`, where it is no function of a type.
            let mut names = vec![words[words.len() - 2..].join("::")];
            names.extend((words.len() == 2).then(|| words[1].to_owned()));
            for name in names {
                let asked = written("", &format!("{name}(a);"));
                // The door stands in a block of its own.
                assert!(asked.contains(&format!("letdoor=::std::{path};door}}).{effect}()")), "{name}: {asked}");
            }
        }
    }
}

#[test]
fn what_rustc_cannot_be_asked_about_is_refused_by_its_words() {
    for (what, paths) in [
        ("the file system", &["std::fs::hard_link_of", "tokio::fs::read"][..]),
        (
            "the network",
            &[
                "std::os::unix::net::UnixStream::connect",
                "std::os::unix::net::UnixListener::bind",
                "std::os::unix::net::UnixDatagram::bind",
                "std::net::ToSocketAddrs::of",
                "UnixStream::connect",
                "UnixListener::bind",
                "UnixDatagram::bind",
                "reqwest::get",
                "ureq::get",
                "tokio::net::TcpStream",
                "net::lookup_host",
            ],
        ),
        (
            "the environment",
            &["std::env::set_var", "std::env::remove_var", "std::env::home_dir", "env::set_var", "env::remove_var"],
        ),
        ("the terminal", &["tokio::io::stdin"]),
        ("the operating system's processes", &["tokio::process::Command", "tokio::signal::ctrl_c"]),
        (
            "the clock",
            &[
                "tokio::time::sleep",
                "chrono::Utc::now",
                "jiff::Zoned::now",
                "Utc::now",
                "Local::now",
                "Zoned::now",
                "Timestamp::now",
                "OffsetDateTime::now_utc",
                "OffsetDateTime::now_local",
                "time::OffsetDateTime::now_utc",
                "time::OffsetDateTime::now_local",
            ],
        ),
        (
            "threads",
            &["std::thread::scope", "thread::scope", "tokio::spawn", "tokio::task::spawn_blocking", "rayon::join"],
        ),
        (
            "chance",
            &[
                "std::hash::RandomState::default",
                "RandomState::default",
                "rand::random",
                "rand::random_range",
                "rand::random_bool",
                "rand::random_iter",
                "rand::rng",
                "rand::thread_rng",
                "getrandom::fill",
                "getrandom::register::all",
                "fastrand::u8",
                "thread_rng",
                "Uuid::new_v4",
                "Uuid::now_v7",
                "uuid::Uuid::new_v4",
                "uuid::Uuid::now_v7",
            ],
        ),
    ] {
        for path in paths {
            refused(&format!("let seen = {path}(a);"), &format!("`{path}` reaches {what}"));
        }
    }
    for name in ["println", "print", "eprintln", "eprint", "dbg"] {
        refused(&format!("{name}!();"), &format!("`{name}!` reaches the terminal"));
    }
    accepted("thing.thread_rng(); list.lookup_host(a); let seen: &'static Mutex<u8> = make();");
    refused("let seen = Doors { read: &std::fs::read };", "`std::fs::read` reaches the file system");
    accepted("fastrand; getrandom; env::consts(); tokio::sync::watch(a); chrono::Days::new(1);");
}

#[test]
fn rustc_is_asked_about_the_receiver_of_every_method_that_may_be_a_door() {
    for (effect, names) in [
        (
            "files",
            &[
                "exists",
                "try_exists",
                "is_file",
                "is_dir",
                "is_symlink",
                "metadata",
                "symlink_metadata",
                "read_dir",
                "read_link",
                "canonicalize",
            ][..],
        ),
        ("clock", &["elapsed"]),
        ("network", &["to_socket_addrs"]),
    ] {
        for name in names {
            let asked = written("", &format!("made().{name}();"));
            assert!(asked.contains(&format!("__theus::Receiver(made()).{effect}().{name}()")), "{asked}");
        }
    }
}

#[test]
fn a_receiver_that_is_a_place_stays_where_it_is() {
    // What can be named twice is asked about beside the call.
    for place in ["path", "a.path", "(path)", "(*path)", "paths[0]", "paths[at]", "(*a.paths[0]).path"] {
        let asked = written("", &format!("{place}.exists();"));
        assert!(asked.contains(&format!("__theus::Receiver(&{place}).files();}},{place}.exists()).1")), "{asked}");
    }
    // What cannot is left alone, for it would be worked out twice, or moved.
    for place in ["paths[at + 1]", "paths[next()].path", "(paths[next()])", "(*made())", "(*made()).path"] {
        let asked = written("", &format!("{place}.exists();"));
        assert!(!asked.contains("__theus::Receiver"), "{asked}");
    }
    // What is no place is asked about on its way.
    for value in ["made()", "(-path)", "(!path).path", "made().path"] {
        let asked = written("", &format!("{value}.exists();"));
        assert!(asked.contains(&format!("__theus::Receiver({value}).files().exists()")), "{asked}");
    }
}

#[test]
fn the_usual_types_are_made_without_a_question() {
    for ty in [
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
    ] {
        assert!(!written("", &format!("{ty}::new(a);")).contains("__theus::door"), "{ty}");
    }
    assert!(written("", "Order::new(a);").contains("__theus::door"), "it may be `Command` by another name");
}

#[test]
fn macros_of_expressions_are_looked_into() {
    for name in [
        "vec",
        "format",
        "format_args",
        "write",
        "writeln",
        "panic",
        "assert",
        "assert_eq",
        "assert_ne",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "todo",
        "unreachable",
        "unimplemented",
    ] {
        assert!(written("", &format!("let seen = {name}!(at, id());")).contains("__theus::door"), "{name}");
    }
    assert!(written("", "let seen = format!(\"{at}\", at = id());").contains("__theus::door"), "a named argument");
    assert!(!written("", "let seen = mine!(at, id());").contains("__theus::door"));
}

#[test]
fn questions_stand_inside_of_what_is_asked_about_and_beside_it() {
    for (body, doors) in [
        ("read(id());", ["::std::fs::read", "::std::process::id"]),
        ("take(id(park));", ["::std::process::id", "::std::thread::park"]),
        ("model::take(park, id);", ["::std::thread::park", "::std::process::id"]),
        ("let all = [id(); 2]; park();", ["::std::process::id", "::std::thread::park"]),
        ("park(); const { process::id }", ["::std::thread::park", "::std::process::id"]),
    ] {
        let asked = written("", body);
        assert!(doors.iter().all(|door| asked.contains(&format!("letdoor={door};"))), "{body}: {asked}");
    }
    for body in [
        "const fn inner() -> u32 { id() }",
        "impl A { const fn inner() -> u32 { id() } }",
        "if let all @ Some(read) = by { read(1); }",
        "let read @ (id, _) = by; id(1);",
        "take(0 as [u8; sizes::id()]);",
    ] {
        assert!(!written("", body).contains("__theus::door"), "{body}: {}", written("", body));
    }
}
