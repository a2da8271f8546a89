//! What is done to workers: they are killed, or stopped for longer than their leases last, and go on.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::bank::LEASE;
use crate::fleet::Worker;

/// Between two faults there is so long, and up to as much again.
const PAUSE: Duration = Duration::from_millis(500);

/// How many of each there were.
#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) kills: u32,
    pub(crate) stops: u32,
    /// When, since the beginning, and what.
    pub(crate) said: Vec<String>,
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} kills, {} stops", self.kills + self.stops, self.kills, self.stops)
    }
}

/// Makes faults until it is over, by chance.
pub(crate) fn make(
    fleet: &Mutex<Vec<Worker>>,
    mut random: fastrand::Rng,
    is_over: &AtomicBool,
) -> Result<Faults, Failure> {
    let (begun, mut faults) = (Instant::now(), Faults::default());
    loop {
        sleep(PAUSE + PAUSE.mul_f64(random.f64()));
        if is_over.load(Ordering::Relaxed) {
            return Ok(faults);
        }
        let mut fleet = fleet.lock().map_err(|_| "who has ended the workers has panicked")?;
        let one = random.usize(..fleet.len());
        let mut say = |what: String| faults.said.push(format!("{:6.1} s: {what}", begun.elapsed().as_secs_f64()));
        match random.u32(..8) {
            // Nothing is left but the database.
            0 => {
                say("all workers killed".to_owned());
                for worker in &mut *fleet {
                    worker.kill()?;
                    faults.kills += 1;
                }
                for worker in &mut *fleet {
                    worker.start_again()?;
                }
            }
            1..=4 => {
                let away = Duration::from_millis(random.u64(..3_000));
                say(format!("worker {one} killed, started again after {away:?}"));
                faults.kills += 1;
                let Some(worker) = fleet.get_mut(one) else { continue };
                worker.kill()?;
                sleep(away);
                worker.start_again()?;
            }
            // Mostly for longer than a lease lasts: it knows of nothing that has happened meanwhile.
            _ => {
                let long = LEASE.mul_f64(0.5 + 2.0 * random.f64());
                say(format!("worker {one} stopped for {long:?}"));
                faults.stops += 1;
                let Some(worker) = fleet.get(one) else { continue };
                worker.signal("STOP")?;
                sleep(long);
                worker.signal("CONT")?;
            }
        }
    }
}
