//! The server's connections: ends, idleness, TLS, stubs, and a runtime whose time it follows.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use taskmock::ack::Task;
use taskmock::{ClockSource, MockServer, ServerConfig, State};

use crate::support::{exchange, fetch, send};

const RUNNING: &str = "/tasks/T-5faa48fb31b6b8078d00****";

fn request(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes()
}

#[test]
fn a_client_that_ends_its_side_after_the_request_gets_its_answer() {
    let server = MockServer::start();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let mut client = TcpStream::connect(server.address()).expect("a connection");
                    client.write_all(&request(RUNNING)).expect("a request");
                    client.shutdown(Shutdown::Write).expect("an end");
                    let mut answer = String::new();
                    client.read_to_string(&mut answer).expect("an answer");
                    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                }
            });
        }
    });
    assert_eq!(server.count("ack.describe_task_info"), 200);
}

#[test]
fn a_server_that_is_dropped_closes_its_connections() {
    let server = MockServer::start();
    let mut client = TcpStream::connect(server.address()).expect("a connection");
    client.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    client.write_all(&request(RUNNING)).expect("a request");
    let mut room = [0; 4096];
    assert_ne!(client.read(&mut room).expect("an answer"), 0);
    drop(server);
    assert!(matches!(client.read(&mut room), Ok(0)), "the connection is closed");
}

#[test]
fn an_idle_connection_is_closed_when_the_configuration_says() {
    let config = ServerConfig::new().idle_timeout(Some(Duration::from_millis(50)));
    let server = MockServer::bind(State::documents(), config).expect("a server");
    let mut client = TcpStream::connect(server.address()).expect("a connection");
    client.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    client.write_all(&request(RUNNING)).expect("a request");
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("the answer, then the end");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn a_stepped_clock_moves_with_each_call_to_the_cloud_and_with_no_other() {
    let config = ServerConfig::new().clock(ClockSource::Stepped(Duration::from_secs(30)));
    let server = MockServer::bind(State::documents(), config).expect("a server");
    for _ in 0..3 {
        fetch(server.address(), RUNNING);
        assert_eq!(fetch(server.address(), "/__taskmock__/health").0, 200);
    }
    assert_eq!(server.now().to_string(), "2024-03-03T00:01:30Z");
}

#[test]
fn requests_are_logged_whole_and_those_to_the_control_interface_are_not() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let config = ServerConfig::new().log(move |line| log.lock().expect("no panic").push(line.to_owned()));
    let server = MockServer::bind(State::documents(), config).expect("a server");
    let long = "a".repeat(3000);
    fetch(server.address(), &format!("/tasks/{long}"));
    send(server.address(), "POST", "/__taskmock__/reset", "");
    assert_eq!(*lines.lock().expect("no panic"), [format!("400 GET /tasks/{long}")]);
}

#[test]
fn a_tls_hello_is_told_what_to_do_where_tls_is_off() {
    let (sender, lines) = std::sync::mpsc::channel();
    let config = ServerConfig::new().log(move |line| drop(sender.send(line.to_owned())));
    let server = MockServer::bind(State::documents(), config).expect("a server");
    exchange(server.address(), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    let line = lines.recv_timeout(Duration::from_secs(20)).expect("a line");
    assert!(line.contains("a client spoke TLS") && line.contains("--tls"), "{line}");
}

#[cfg(feature = "tls")]
#[test]
fn https_and_http_are_spoken_on_one_port() {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};

    let server = MockServer::bind(State::documents(), ServerConfig::new().tls()).expect("a server");
    let pem = server.ca_pem().expect("a CA");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    for name in ["localhost", "127.0.0.1"] {
        let name = ServerName::try_from(name).expect("a name");
        let connection = rustls::ClientConnection::new(Arc::clone(&config), name).expect("a connection");
        let socket = TcpStream::connect(server.address()).expect("a connection");
        let mut client = rustls::StreamOwned::new(connection, socket);
        let request = format!("GET {RUNNING} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        client.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer and an orderly end");
        assert!(answer.contains(r#""state":"running""#), "{answer}");
    }
    assert_eq!(fetch(server.address(), RUNNING).0, 200);
    assert_eq!(server.base_url(), format!("https://{}", server.address()));
}

#[cfg(feature = "httpmock")]
#[test]
fn a_stub_sees_the_whole_request_and_what_it_does_not_match_goes_on() {
    let server = MockServer::start();
    let stub = server.stub(|when, then| {
        when.method("POST").path("/iam").query_param("a", "1").body("secret");
        then.status(404).header("x-mine", "yes").body("mine");
    });
    assert_eq!(send(server.address(), "POST", "/iam?a=1", "secret"), (404, "mine".to_owned()));
    stub.assert();
    let (status, body) = fetch(server.address(), "/iam");
    assert!(status == 404 && body.contains("not a route of this mock"), "{body}");
    assert_eq!(fetch(server.address(), "/__taskmock__/health").0, 200);
}

/// Polls a task until it is no longer running: when, by tokio's clock, and what each poll said.
async fn wait(client: &reqwest::Client, url: &str) -> Vec<(Duration, String)> {
    let started = tokio::time::Instant::now();
    let mut trace = Vec::new();
    loop {
        let body = client.get(url).send().await.expect("an answer").text().await.expect("a body");
        let state = ["running", "success", "failed"].into_iter().find(|word| body.contains(&format!("\"{word}\"")));
        trace.push((started.elapsed(), state.unwrap_or("?").to_owned()));
        if state != Some("running") {
            return trace;
        }
        tokio::time::sleep(Duration::from_secs(50)).await;
    }
}

#[test]
fn an_unmodified_client_waits_half_an_hour_in_no_time_and_leaves_the_same_trace() {
    wait_half_an_hour(20);
}

#[test]
#[ignore = "it takes a minute"]
fn a_thousand_waits_leave_the_same_trace() {
    wait_half_an_hour(1000);
}

fn wait_half_an_hour(times: usize) {
    let mut traces = Vec::new();
    let mut fastest = Duration::MAX;
    for _ in 0..times {
        let began = Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        traces.push(runtime.expect("a runtime").block_on(async {
            let server = MockServer::start_local();
            let task = Task::new("c78592bf", "cluster_scaleout").takes(Duration::from_secs(1750));
            let url = format!("{}/tasks/{}", server.base_url(), server.submit(task));
            let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build();
            let trace = wait(&client.expect("a client"), &url).await;
            assert_eq!(server.requests().len(), trace.len());
            trace
        }));
        fastest = fastest.min(began.elapsed());
    }
    let first = &traces[0];
    // Polls at 0, 50, …, 1750 s; the timer adds at most a millisecond each.
    assert_eq!(first.len(), 36, "{first:?}");
    assert_eq!(first.last().map(|(at, _)| at.as_secs()), Some(1750));
    assert!(first[..35].iter().all(|(_, state)| state == "running"), "{first:?}");
    for trace in &traces {
        assert_eq!(trace, first);
    }
    println!("half an hour took {fastest:?}");
}

#[test]
#[should_panic(expected = "start_local needs a current-thread runtime")]
fn start_local_says_what_runtime_it_needs() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime").block_on(async { drop(MockServer::start_local()) });
}
