//! Spans reach a collector that is named by the environment.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Tank {
    level: i64,
}

#[process(inputs = [domain.level], outputs = [domain.level])]
fn fill_the_tank(ctx: Ctx<Tank>) {
    *ctx.domain.level += 1;
}

/// The program that is looked at, when the other test has started this one in a process of its own.
#[test]
fn program() {
    if std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_none() {
        return;
    }
    let telemetry = theus_telemetry::install("tank").unwrap();
    let builder = Engine::builder(Tank::default()).process::<FillTheTank>().telemetry(telemetry.clone());
    builder.build().unwrap().run(FillTheTank {}).unwrap();
    telemetry.shut_down();
    assert!(theus_telemetry::install("tank").is_err(), "there is one already");
}

/// One request, read whole: its head, and its body by the length that it says.
fn request(listener: &TcpListener) -> (String, Vec<u8>) {
    let (mut stream, _) = listener.accept().unwrap();
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:").map(str::to_owned));
    let mut body = vec![0; length.unwrap().trim().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    (head, body)
}

#[test]
fn spans_are_sent_to_the_collector() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let collector = thread::spawn(move || request(&listener));
    let program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "program"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        .output()
        .unwrap();
    assert!(program.status.success(), "{}", String::from_utf8_lossy(&program.stdout));
    let (head, body) = collector.join().unwrap();
    assert!(head.starts_with("POST /v1/traces "), "{head}");
    let has = |text: &str| body.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("fill_the_tank") && has("tank") && has("committed"), "the span, its service and its outcome are in it");
}
