//! Clients who order, each on a connection of its own, one request after the other.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

use ureq::http::Request;

use crate::server::{Server, TOKEN};

/// Those who order. No order's name comes twice.
pub(crate) struct Load {
    clients: u32,
    rounds: u32,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Measured {
    /// How long each request took, in microseconds.
    times: Vec<u32>,
    seconds: f64,
    cpu: f64,
}

/// When a client stops.
enum Until<'a> {
    Time(Instant),
    /// So many are left for all of them.
    None(&'a AtomicU64),
}

impl Load {
    pub(crate) const fn new(clients: u32) -> Self {
        Self { clients, rounds: 0 }
    }

    pub(crate) fn for_time(&mut self, server: &Server, time: Duration) -> Measured {
        let end = Instant::now() + time;
        self.run(server, &Until::Time(end))
    }

    pub(crate) fn for_requests(&mut self, server: &Server, requests: u64) -> Measured {
        let left = AtomicU64::new(requests);
        self.run(server, &Until::None(&left))
    }

    fn run(&mut self, server: &Server, until: &Until<'_>) -> Measured {
        self.rounds += 1;
        let (begun, cpu, round) = (Instant::now(), server.cpu(), self.rounds);
        let times = scope(|scope| {
            let client = |client| scope.spawn(move || orders(&server.url, &format!("acme.{round}-{client}"), until));
            let clients: Vec<_> = (0..self.clients).map(client).collect();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
        });
        Measured { times, seconds: begun.elapsed().as_secs_f64(), cpu: server.cpu() - cpu }
    }
}

/// Orders until it is over; how long each request took.
fn orders(url: &str, name: &str, until: &Until<'_>) -> Vec<u32> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let (agent, mut times) = (config.new_agent(), Vec::new());
    for nth in 0_u32.. {
        let order = format!("{url}/sessions/{name}-{nth}");
        let events = format!("{order}/events");
        for (method, path, body, expected) in [
            ("PUT", order.clone(), "", 201),
            ("POST", format!("{events}/CMD_ADD"), r#"{"product":"pear","count":3}"#, 200),
            ("POST", format!("{events}/CMD_ADD"), r#"{"product":"apple","count":2}"#, 200),
            ("GET", order.clone(), "", 200),
            ("POST", format!("{events}/CMD_CANCEL"), "", 200),
        ] {
            let is_over = match until {
                Until::Time(end) => Instant::now() >= *end,
                Until::None(left) => {
                    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
                }
            };
            if is_over {
                return times;
            }
            let request =
                Request::builder().method(method).uri(path).header("Authorization", format!("Bearer {TOKEN}"));
            let request = request.header("Content-Type", "application/json").body(body).unwrap();
            let begun = Instant::now();
            let mut response = agent.run(request).unwrap();
            let text = response.body_mut().read_to_string().unwrap();
            times.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
            assert_eq!(response.status().as_u16(), expected, "{method}: {text}");
        }
    }
    times
}

impl Measured {
    pub(crate) fn add(&mut self, more: Self) {
        self.times.extend(more.times);
        self.seconds += more.seconds;
        self.cpu += more.cpu;
    }

    pub(crate) fn requests(&self) -> u64 {
        self.times.len() as u64
    }

    /// In microseconds.
    pub(crate) fn cpu_of_request(&self) -> f64 {
        self.cpu * 1e6 / self.times.len() as f64
    }

    /// In milliseconds.
    fn percentile(&self, percent: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = (times.len() as f64 * percent / 100.0) as usize;
        times.get(at.min(times.len().saturating_sub(1))).map_or(0.0, |time| f64::from(*time) / 1e3)
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let a_second = self.times.len() as f64 / self.seconds;
        let [half, most] = [50.0, 99.0].map(|percent| self.percentile(percent));
        let cpu = self.cpu_of_request();
        write!(f, "p50 {half:.2} ms, p99 {most:.2} ms, {a_second:.0} requests/s, {cpu:.0} µs of CPU a request")
    }
}
