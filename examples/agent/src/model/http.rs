//! A model behind an OpenAI-compatible chat endpoint.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, Model, Question, RateLimited, Refused, Unavailable};

/// Longer than this nobody waits for an answer.
const LONGEST: Duration = Duration::from_secs(120);

/// A longer answer, in bytes, is none.
const LONGEST_ANSWER: u64 = 1024 * 1024;

/// Asks over HTTP, one question at a time.
pub(crate) struct HttpModel {
    agent: ureq::Agent,
    url: String,
    key: Option<String>,
    name: String,
}

impl HttpModel {
    pub(crate) fn new(url: String, key: Option<String>, name: String) -> Self {
        // A status is an answer: which one decides whether it is asked again.
        let config = ureq::Agent::config_builder().timeout_global(Some(LONGEST)).http_status_as_error(false).build();
        Self { agent: config.new_agent(), url, key, name }
    }

    fn ask(&self, question: &Question) -> Result<(u16, Value), ureq::Error> {
        let mut request = self.agent.post(&self.url).header("Content-Type", "application/json");
        if let Some(key) = &self.key {
            request = request.header("Authorization", &format!("Bearer {key}"));
        }
        let messages = json!([{ "role": "user", "content": question.prompt }]);
        // As a text, so that its length is told: not every server takes it in chunks.
        let body = json!({ "model": self.name, "messages": messages }).to_string();
        let mut response = request.send(body)?;
        let status = response.status().as_u16();
        let body = if status == 200 {
            response.body_mut().with_config().limit(LONGEST_ANSWER).read_json()?
        } else {
            Value::Null
        };
        Ok((status, body))
    }
}

impl Model for HttpModel {
    fn answer(&self, question: &Question) -> Result<Answer, Refused> {
        let unavailable = |reason: String| Refused::Unavailable(Unavailable(reason));
        let (status, body) = self.ask(question).map_err(|error| unavailable(error.to_string()))?;
        match status {
            200 => {}
            // Too many requests, or too much to do: later.
            429 | 503 => return Err(Refused::RateLimited(RateLimited)),
            other => return Err(unavailable(format!("it answers with status {other}"))),
        }
        let text = body.pointer("/choices/0/message/content").and_then(Value::as_str);
        let tokens = body.pointer("/usage/total_tokens").and_then(Value::as_u64);
        match text {
            Some(text) => Ok(Answer { text: text.to_owned(), tokens: tokens.unwrap_or_default() }),
            None => Err(unavailable("its answer has no `choices[0].message.content`".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::model::Purpose;

    /// Asks a server that answers once so; what it was sent comes back too.
    #[expect(clippy::disallowed_methods, reason = "a test has a server of its own")]
    fn asked(status: &'static str, body: &'static str) -> (Result<Answer, Refused>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1/chat/completions", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                head.push_str(&line);
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut sent = vec![0; length];
            reader.read_exact(&mut sent).unwrap();
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            )
            .unwrap();
            head + &String::from_utf8(sent).unwrap()
        });
        let model = HttpModel::new(url, Some("k".into()), "m".into());
        let answer = model.answer(&Question { purpose: Purpose::Draft, prompt: "hello".into() });
        (answer, server.join().unwrap())
    }

    #[test]
    fn an_answer_has_words_and_tokens() {
        let body = r#"{"choices":[{"message":{"content":"hi"}}],"usage":{"total_tokens":7}}"#;
        let (answer, sent) = asked("200 OK", body);
        assert_eq!(answer.unwrap(), Answer { text: "hi".into(), tokens: 7 });
        assert!(sent.contains("Bearer k") && sent.contains(r#""content":"hello""#) && sent.contains(r#""model":"m""#));
    }

    #[test]
    fn too_much_to_do_is_asked_again_and_anything_else_is_not() {
        assert!(matches!(asked("429 Too Many Requests", "").0, Err(Refused::RateLimited(_))));
        for (status, body, words) in [("500 No", "", "status 500"), ("200 OK", "{}", "choices[0]"), ("200 OK", "<", "")]
        {
            match asked(status, body).0 {
                Err(Refused::Unavailable(error)) => assert!(error.to_string().contains(words), "{error}"),
                other => panic!("{status}: {other:?}"),
            }
        }
    }
}
