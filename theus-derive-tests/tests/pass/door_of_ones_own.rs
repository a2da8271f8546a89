use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

/// A machine has commands, a simulation has a clock, a model has files.
struct Command(i64);

impl Command {
    fn new(code: i64) -> Self {
        Self(code)
    }
    fn status(&self) -> &i64 {
        &self.0
    }
    fn exists(self) -> bool {
        self.0 > 0
    }
}

mod sim {
    pub(super) struct Instant;
    impl Instant {
        pub(super) fn now() -> i64 {
            4
        }
        pub(super) fn elapsed(&self) -> i64 {
            3
        }
    }
    pub(super) struct Tape<T>(pub T);
    impl<T: Default> Tape<T> {
        pub(super) fn new() -> Self {
            Self(T::default())
        }
        pub(super) fn now() -> Self {
            Self(T::default())
        }
    }
    pub(super) fn spawn<T>(thing: T) -> T {
        thing
    }
    pub(super) mod rand {
        pub(in super::super) fn random() -> i64 {
            4
        }
    }
}

mod model {
    pub(super) mod fs {
        pub(in super::super) fn read(name: &str) -> i64 {
            name.len() as i64
        }
        pub(in super::super) fn write<T>(thing: T) -> T {
            thing
        }
    }
}

mod watch {
    pub(super) struct Backtrace;
    impl Backtrace {
        pub(super) fn capture() -> i64 {
            5
        }
    }
    pub(super) trait ToSocketAddrs {
        fn to_socket_addrs(&self) -> i64;
    }
    impl ToSocketAddrs for i64 {
        fn to_socket_addrs(&self) -> i64 {
            *self
        }
    }
    pub(super) fn set_hook<T>(thing: T) -> T {
        thing
    }
    pub(super) fn take_hook() -> i64 {
        6
    }
}

use model::fs;
use sim::Instant;

trait Now {
    fn now() -> i64;
}

impl Now for u8 {
    fn now() -> i64 {
        1
    }
}

fn exit(code: i64) -> i64 {
    code
}

fn id<T>(thing: T) -> T {
    thing
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    let command = Command::new(1);
    let mut sum = *command.status() + sim::Instant::now() + Instant::now() + Instant.elapsed();
    sum += model::fs::read("x") + fs::read("y") + fs::write(3_i64) + sim::spawn(2_i64) + sim::rand::random();
    let tape: sim::Tape<i64> = sim::Tape::new();
    let other: sim::Tape<Vec<u8>> = sim::Tape::now();
    sum += tape.0 + other.0.len() as i64 + exit(1) + id(2_i64) + <u8 as Now>::now();
    let read = |number: i64| number + 1;
    sum += read(3) + [1, 2].into_iter().map(exit).sum::<i64>();
    sum += format!("{} {}", fs::read("z"), exit(2)).len() as i64;
    if command.exists() || Command::new(2).exists() {
        sum += i64::from(std::net::Ipv4Addr::new(127, 0, 0, 1).octets()[0]);
    }
    const NOW: fn() -> i64 = Instant::now;
    static EXIT: fn(i64) -> i64 = exit;
    let now: fn() -> i64 = const { Instant::now };
    sum += NOW() + EXIT(1) + now() + watch::Backtrace::capture() + watch::set_hook(1_i64) + watch::take_hook();
    sum += <i64 as watch::ToSocketAddrs>::to_socket_addrs(&7) + watch::ToSocketAddrs::to_socket_addrs(&8_i64);
    sum += Some("x").map(fs::read).unwrap_or_default();
    struct Clock;
    impl Clock {
        fn read(&self) -> i64 {
            Instant::now()
        }
    }
    sum += Clock.read();
    sum += std::path::Path::new("a/b").components().count() as i64;
    *ctx.domain.total += sum;
}

fn main() {}
