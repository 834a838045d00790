//! Faults: each one's decision, each trigger, and what is refused, without a socket.

use std::time::Duration;

use taskmock::ehpc::list_tasks::Input;
use taskmock::{Backend, End, Exchange, Fault, Format, Framing, RawResponse, RetryAfter, Span, State, Throttle};

use crate::support::{CLUSTER, DWS_PATH, get};

const LIST_TASKS: &str = "ehpc.list_tasks";

fn backend(fault: Fault) -> Backend {
    let mut backend = Backend::documents();
    backend.inject(fault).expect("it is right");
    backend
}

fn ask(backend: &mut Backend) -> Exchange {
    backend.exchange(&Input::new("ehpc-hz-FYUr32****").request(Format::Json))
}

fn page(backend: &mut Backend, page: u32) -> u16 {
    let target = format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}&PageNumber={page}");
    backend.respond(&get(&target)).status().as_u16()
}

/// Which of so many calls are hit.
fn hits(backend: &mut Backend, calls: u64) -> Vec<u64> {
    (1..=calls).filter(|_| ask(backend).response.is_none_or(|response| response.status() != 200)).collect()
}

fn header(exchange: &Exchange, name: &str) -> Option<String> {
    let response = exchange.response.as_ref().expect("a response");
    response.headers().get(name).map(|value| value.to_str().expect("text").to_owned())
}

fn body(exchange: &Exchange) -> &[u8] {
    exchange.response.as_ref().expect("a response").body()
}

/// What the documents' world answers without a fault; its first answer has the sample's id.
fn ordinary() -> Vec<u8> {
    body(&ask(&mut Backend::documents())).to_vec()
}

#[test]
fn a_damaged_delivery_has_the_ordinary_answer() {
    let length = ordinary().len();
    for (fault, delay, framing, rate, end, after) in [
        (Fault::reset_idle(), 0, Framing::Length, None, End::ResetNext, ""),
        (Fault::close_idle(), 0, Framing::Length, None, End::CloseAfter, ""),
        (Fault::cut(10), 0, Framing::Length, None, End::InBody { sent: 10, reset: false }, ""),
        (Fault::cut(1_000_000), 0, Framing::Length, None, End::InBody { sent: length - 1, reset: false }, ""),
        (Fault::cut_chunked(10), 0, Framing::Chunked, None, End::InBody { sent: 10, reset: false }, ""),
        (Fault::cut_chunked(1_000_000), 0, Framing::Chunked, None, End::InBody { sent: length, reset: false }, ""),
        (Fault::stall_after(7), 0, Framing::Length, None, End::Stall { sent: Some(7) }, ""),
        (Fault::dribble(9), 0, Framing::Length, Some(9), End::Whole, ""),
        (Fault::delay(Duration::from_secs(5)), 5, Framing::Length, None, End::Whole, ""),
        (Fault::trailing("GET"), 0, Framing::Length, None, End::Whole, "GET"),
        (Fault::wrong_length(5), 0, Framing::WrongLength(length as u64 + 5), None, End::Whole, ""),
        (Fault::wrong_length(-1), 0, Framing::WrongLength(length as u64 - 1), None, End::Whole, ""),
        (Fault::wrong_length(i64::MIN), 0, Framing::WrongLength(0), None, End::Whole, ""),
        (Fault::pass(), 0, Framing::Length, None, End::Whole, ""),
    ] {
        let name = fault.name();
        let exchange = ask(&mut backend(fault));
        assert_eq!(body(&exchange), ordinary(), "{name}");
        let delivery = &exchange.delivery;
        assert_eq!(delivery.delay, Duration::from_secs(delay), "{name}");
        assert_eq!((delivery.framing, delivery.bytes_per_second, delivery.end), (framing, rate, end), "{name}");
        assert_eq!(delivery.after, after.as_bytes(), "{name}");
    }
}

#[test]
fn what_ends_before_the_head_has_no_response() {
    for (fault, end) in [
        (Fault::reset(), End::BeforeHead { reset: true }),
        (Fault::lost_answer(), End::BeforeHead { reset: true }),
        (Fault::close(), End::BeforeHead { reset: false }),
        (Fault::stall(), End::Stall { sent: None }),
    ] {
        let mut backend = backend(fault.times(2));
        let exchange = ask(&mut backend);
        assert!(exchange.response.is_none());
        assert_eq!(exchange.delivery.end, end);
        let request = Input::new("ehpc-hz-FYUr32****").request(Format::Json);
        assert_eq!(backend.respond(&request).status(), 502, "in memory it cannot be taken for an answer");
    }
}

#[test]
fn only_a_lost_answer_uses_up_what_the_state_gives() {
    let given = |fault| {
        let mut backend = backend(fault);
        ask(&mut backend);
        backend.state().request_ids[LIST_TASKS].len()
    };
    assert_eq!((given(Fault::reset()), given(Fault::lost_answer())), (1, 0));
}

#[test]
fn pages_of_a_proxy() {
    let exchange = ask(&mut backend(Fault::html(502)));
    assert_eq!(exchange.response.as_ref().expect("a response").status(), 502);
    assert_eq!(header(&exchange, "content-type").as_deref(), Some("text/html"));
    assert!(body(&exchange).starts_with(b"<html>\r\n<head><title>502 Bad Gateway</title>"));
    let exchange = ask(&mut backend(Fault::html(200)));
    assert_eq!(exchange.response.as_ref().expect("a response").status(), 200);

    let exchange = ask(&mut backend(Fault::http_error_with(503, RetryAfter::In(Span::seconds(2)))));
    assert_eq!(exchange.response.as_ref().expect("a response").status(), 503);
    assert_eq!(header(&exchange, "retry-after").as_deref(), Some("2"));
    assert_eq!(body(&exchange), b"Service Unavailable\n");
    assert_eq!(header(&ask(&mut backend(Fault::http_error(504))), "retry-after"), None);

    let exchange = ask(&mut backend(Fault::redirect("http://127.0.0.1:1/x")));
    assert_eq!(exchange.response.as_ref().expect("a response").status(), 302);
    assert_eq!(header(&exchange, "location").as_deref(), Some("http://127.0.0.1:1/x"));
}

/// fault.throttle, fault.throttle.retry_after, fault.throttle.acs_retry_after, fault.throttle.time_left
#[test]
fn throttling_says_when_to_ask_again_as_it_is_told() {
    let said = |throttle: Throttle| {
        let exchange = ask(&mut backend(Fault::throttle(throttle)));
        assert_eq!(exchange.response.as_ref().expect("a response").status(), 400);
        assert!(String::from_utf8_lossy(body(&exchange)).contains("\"Code\":\"Throttling.User\""));
        ["retry-after", "x-acs-retry-after", "x-ratelimit-user-api"].map(|name| header(&exchange, name))
    };
    let none = Throttle::default;
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(said(none()), [None, None, None]);
    assert_eq!(said(Duration::from_secs(5).into()), [some("5"), None, None]);
    assert_eq!(said(none().retry_after(RetryAfter::In(Span::seconds(0)))), [some("0"), None, None]);
    assert_eq!(said(none().retry_after(RetryAfter::Text("soon".into()))), [some("soon"), None, None]);
    assert_eq!(
        said(none().retry_after(RetryAfter::Date(Span::seconds(90)))),
        [some("Sun, 03 Mar 2024 00:01:30 GMT"), None, None]
    );
    assert_eq!(said(none().acs_retry_after(Duration::from_millis(1500))), [None, some("1500"), None]);
    assert_eq!(said(none().time_left(Span::seconds(2))), [None, None, some("Limit:10,Remain:0,TimeLeft:2000")]);
    assert_eq!(
        said(
            none()
                .acs_retry_after(Span::seconds(1))
                .time_left(Span::seconds(2))
                .retry_after(RetryAfter::In(Span::seconds(3)))
        ),
        [some("3"), some("1000"), some("Limit:10,Remain:0,TimeLeft:2000")]
    );
}

/// fault.throttle, fault.error.ack
#[test]
fn each_protocol_throttles_in_its_own_words() {
    let mut backend = backend(Fault::throttle(Throttle::default()).always());
    let huawei = backend.respond(&get(DWS_PATH));
    assert_eq!(huawei.status(), 429);
    assert!(String::from_utf8_lossy(huawei.body()).contains("\"error_code\":\"APIGW.0308\""));
    let ack = backend.respond(&get("/tasks/T-1"));
    assert_eq!(ack.status(), 400);
    assert!(String::from_utf8_lossy(ack.body()).contains("\"Code\":\"Throttling.User\""));
    backend.withdraw_all();
    backend.inject(Fault::throttle(Throttle::default().status(429)).on("ack.describe_task_info")).expect("right");
    assert_eq!(backend.respond(&get("/tasks/T-1")).status(), 429);
    for (code, status) in [("Throttling", 429), ("InternalError", 500), ("ServiceUnavailable", 503)] {
        backend.inject(Fault::error(code).on("ack.describe_task_info")).expect("right");
        let response = backend.respond(&get("/tasks/T-1"));
        assert_eq!(response.status(), status);
        assert!(String::from_utf8_lossy(response.body()).starts_with(&format!("{{\"code\":\"{code}\"")));
    }
}

#[test]
fn gzip_is_real_or_broken() {
    let plain = ordinary();
    let exchange = ask(&mut backend(Fault::gzip()));
    assert_eq!(header(&exchange, "content-encoding").as_deref(), Some("gzip"));
    let stream = body(&exchange).to_vec();
    assert_eq!(stream[..3], [0x1f, 0x8b, 8]);
    assert_eq!(stream[15..15 + plain.len()], plain, "stored in one block");
    let broken = body(&ask(&mut backend(Fault::broken_gzip()))).to_vec();
    assert_eq!((stream[10], broken[10]), (1, 7), "a block of the type that does not exist");
}

#[test]
fn a_response_to_the_letter() {
    let response = RawResponse::new(207, "image/png", [0xff, 0]);
    let exchange = ask(&mut backend(Fault::response(response)));
    assert_eq!(exchange.response.as_ref().expect("a response").status(), 207);
    assert_eq!((header(&exchange, "content-type").as_deref(), body(&exchange)), (Some("image/png"), &[0xff, 0][..]));
}

#[test]
fn triggers_count_matching_calls() {
    let hits = |fault: Fault| hits(&mut backend(fault.on(LIST_TASKS)), 8);
    assert_eq!(hits(Fault::reset()), [1]);
    assert_eq!(hits(Fault::reset().times(3)), [1, 2, 3]);
    assert_eq!(hits(Fault::reset().nth(3)), [3]);
    assert_eq!(hits(Fault::reset().after(2).times(2)), [3, 4]);
    assert_eq!(hits(Fault::reset().every(3).always()), [3, 6]);
    assert_eq!(hits(Fault::reset().after(1).every(3).always()), [4, 7]);
    assert_eq!(hits(Fault::reset().every(2).times(2)), [2, 4]);
    assert_eq!(hits(Fault::reset().always()), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(hits(Fault::http_errors([503, 503])), [1, 2]);
    assert_eq!(hits(Fault::http_errors([503, 200, 503])), [1, 3]);
    assert_eq!(hits(Fault::http_errors([503, 200]).times(6)), [1, 3, 5], "the steps begin again");
    assert_eq!(hits(Fault::http_errors([200, 200, 503]).always()), [3, 6]);
    assert_eq!(hits(Fault::reset().then(Fault::pass()).then(Fault::html(502))), [1, 3]);
}

#[test]
fn only_calls_with_the_parameters_count() {
    let mut backend = backend(Fault::http_error(503).on(LIST_TASKS).when("PageNumber", "2").after(1).times(2));
    let statuses: Vec<u16> = [2, 1, 2, 1, 2, 2].map(|number| page(&mut backend, number)).into();
    assert_eq!(statuses, [200, 200, 503, 200, 503, 200]);
    assert_eq!(backend.faults()[0].hits(), 2);
}

#[test]
fn another_operation_does_not_count_and_any_does() {
    let mut one = backend(Fault::http_error(503).on("ack.describe_task_info"));
    assert_eq!(hits(&mut one, 2), [0_u64; 0]);
    assert_eq!(one.respond(&get("/tasks/T-1")).status(), 503);
    let mut any = backend(Fault::http_error(503).times(2));
    assert_eq!(any.respond(&get("/tasks/T-1")).status(), 503);
    assert_eq!(hits(&mut any, 2), [1]);
    assert_eq!(any.respond(&get("/nowhere")).status(), 404, "it is no call of an operation");
}

#[test]
fn the_window_is_in_virtual_time() {
    let at = |text: &str| format!("2024-03-03T00:{text}Z").parse().expect("a time");
    let mut backend = backend(Fault::http_error(503).from(at("01:00")).until(at("02:00")).nth(2));
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(page(&mut backend, 1));
        backend.advance(Duration::from_secs(30));
    }
    assert_eq!(statuses, [200, 200, 200, 503, 200], "the first within it is the third");
}

#[test]
fn chance_is_drawn_from_the_seed_in_a_sequence_of_its_own() {
    let run = |seed: u64| {
        let mut backend = Backend::new(State { seed: taskmock::Seed(seed), ..State::documents() });
        backend.inject(Fault::reset().always().probability(0.25)).expect("right");
        let hits = hits(&mut backend, 400);
        (hits, backend.state().requests)
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
    let (hits, requests) = run(7);
    assert!((70..=130).contains(&hits.len()), "{} of 400", hits.len());
    assert_eq!(requests, 400, "request ids do not notice");
    let mut always = backend(Fault::reset().always().probability(1.0));
    assert_eq!(self::hits(&mut always, 20).len(), 20);
}

#[test]
fn chance_is_the_same_after_a_reset() {
    let mut backend = Backend::documents();
    let mut run = || {
        backend.inject(Fault::reset().always().probability(0.5)).expect("right");
        let hits = hits(&mut backend, 50);
        backend.reset();
        hits
    };
    assert_eq!(run(), run());
}

#[test]
fn the_first_that_is_due_hits_and_all_count() {
    let mut backend = backend(Fault::http_error(503));
    backend.inject(Fault::http_error(504).nth(2)).expect("right");
    backend.inject(Fault::http_error(502).always()).expect("right");
    let statuses: Vec<u16> = (0..3).map(|_| page(&mut backend, 1)).collect();
    assert_eq!(statuses, [503, 504, 502]);
}

#[test]
fn faults_are_listed_and_withdrawn() {
    let mut backend = Backend::documents();
    let first = backend.inject(Fault::http_error(503).times(2)).expect("right");
    let second = backend.inject(Fault::http_error(504).always()).expect("right");
    assert_eq!(page(&mut backend, 1), 503);
    let listed: Vec<_> = backend.faults().iter().map(|fault| (fault.id(), fault.hits())).collect();
    assert_eq!(listed, [(Some(first), 1), (Some(second), 0)]);
    assert!(backend.withdraw(first) && !backend.withdraw(first));
    assert_eq!(page(&mut backend, 1), 504);
    let third = backend.inject(Fault::reset()).expect("right");
    assert!(third != first && third != second, "an id is not given again");
    backend.withdraw_all();
    assert_eq!((page(&mut backend, 1), backend.faults().len()), (200, 0));
}

#[test]
fn no_more_than_a_thousand_that_can_hit_are_held() {
    let mut backend = Backend::documents();
    for _ in 0..taskmock::MAX_FAULTS {
        backend.inject(Fault::http_error(503)).expect("right");
    }
    let refused = backend.inject(Fault::reset()).expect_err("too many").to_string();
    assert_eq!(refused, "fault: 1000 faults are held already; withdraw some first");
    assert_eq!(page(&mut backend, 1), 503);
    backend.inject(Fault::reset()).expect("the spent one gives way");
    assert_eq!(backend.faults().len(), 1000);
}

#[test]
fn a_state_holds_faults_and_how_far_they_are() {
    let json = r#"{"faults": [{"operation": "ehpc.list_tasks", "fault": [503, "pass", {"cut": {"after": 1}}]}]}"#;
    let mut backend =
        Backend::new(State { faults: State::from_json(json).expect("right").faults, ..State::documents() });
    assert_eq!(page(&mut backend, 1), 503);
    let later = State::from_json(&backend.state().to_json()).expect("what it writes it reads");
    let mut resumed = Backend::new(later);
    assert_eq!(ask(&mut resumed).delivery.end, End::Whole);
    assert_eq!(ask(&mut resumed).delivery.end, End::InBody { sent: 1, reset: false });
    let said = State::from_json("{\"armed\": []}").expect_err("the old key").to_string();
    assert!(said.contains("`armed` is called `faults` now; what goes wrong on purpose looks like"), "{said}");
}

#[test]
fn a_wrong_fault_names_the_field_and_what_would_be_right() {
    let at = |text: &str| text.parse().expect("a time");
    for (fault, expected) in [
        (Fault::reset().on("x"), "operation: `x` is no operation; there are ehpc.list_tasks,"),
        (
            Fault::reset().on(LIST_TASKS).when("Page", "2"),
            "when: `Page` is no parameter of ehpc.list_tasks; there are ClusterId,",
        ),
        (Fault::reset().nth(0), "nth: `nth` counts from 1"),
        (Fault::reset().every(0), "every: `every` counts from 1"),
        (Fault::reset().nth(2).times(2), "nth: `nth` is one call"),
        (Fault::reset().times(0), "times: `times` is 0; give at least 1, or \"always\""),
        (Fault::reset().probability(0.0), "probability: `0` is no probability"),
        (Fault::reset().probability(f64::NAN), "probability: `NaN` is no probability"),
        (
            Fault::reset().from(at("2024-01-02T00:00:00Z")).until(at("2024-01-02T00:00:00Z")),
            "until: 2024-01-02T00:00:00Z is not after `from`",
        ),
        (Fault::http_errors([]), "fault: there are 0 faults"),
        (
            Fault::http_errors([503, 204]),
            "fault[1].http_error.status: `204` is no error; give a status from 400 to 599",
        ),
        (Fault::html(204), "fault.html.status: `204`"),
        (Fault::dribble(0), "fault.dribble.bytes_per_second: 0 bytes a second never end"),
        (Fault::redirect(""), "fault.redirect.to: it is empty"),
        (
            Fault::redirect("http://x/\r\na: b"),
            "fault.redirect.to: the value of the header `location` is not visible ASCII",
        ),
        (Fault::trailing(""), "fault.trailing.bytes: there are none"),
        (Fault::wrong_length(0), "fault.wrong_length.by: a length that is 0 wrong is right"),
        (
            Fault::error("DbError"),
            "fault.error.code: `DbError` is looked up in an operation's tables; give the `operation`",
        ),
        (
            Fault::throttle(Throttle::default().retry_after(RetryAfter::In(Duration::from_millis(1500).into()))),
            "fault.throttle.retry_after: Retry-After counts whole seconds",
        ),
        (Fault::throttle(Throttle::default().status(200)), "fault.throttle.status: `200` is no status of a refusal"),
        (
            Fault::response(RawResponse::new(204, "text/plain", "x")),
            "fault.response.body: a response with status 204 has no body in HTTP/1.1",
        ),
    ] {
        let said = Backend::documents().inject(fault).expect_err(expected).to_string();
        assert!(said.starts_with(expected), "{said}\nnot {expected}");
    }
}

#[test]
fn json_that_is_no_fault_is_refused() {
    for json in [
        "{}",
        r#"{"fault": "nope"}"#,
        r#"{"fault": {"cut": {}}}"#,
        r#"{"fault": {"cut": {"after": 1, "more": 2}}}"#,
        r#"{"fault": {"reset": {}, "close": {}}}"#,
        r#"{"fault": 70000}"#,
        r#"{"fault": -1}"#,
        r#"{"fault": null}"#,
        r#"{"fault": "reset", "times": "twice"}"#,
        r#"{"fault": "reset", "tims": 1}"#,
    ] {
        assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
    }
}

#[test]
fn the_data_form_is_the_builders() {
    let json = r#"{"operation": "ehpc.list_tasks", "when": {"PageNumber": "2"}, "after": 1, "times": 2, "fault": {"throttle": {"retry_after": "5s"}}}"#;
    let built = Fault::throttle(Duration::from_secs(5)).on(LIST_TASKS).when("PageNumber", "2").after(1).times(2);
    assert_eq!(serde_json::from_str::<Fault>(json).expect("right"), built);
    let written = serde_json::to_string(&built).expect("JSON");
    assert_eq!(written, json.replace(": ", ":").replace(", ", ","));
}

/// fault.nonce, fault.unverified
#[cfg(feature = "signatures")]
#[test]
fn a_nonce_is_used_up_if_the_request_reached_the_gateway() {
    use taskmock::{Algorithm, Credentials};

    let user = Credentials::new("testid", "testsecret");
    let code_of_the_repeat = |fault: Fault| {
        let mut backend = backend(fault.on(LIST_TASKS));
        backend.admit(user.clone());
        let now = backend.now();
        let signed = user.sign(Input::new("ehpc-hz-FYUr32****").request(Format::Json), Algorithm::RpcV1, now, "n");
        backend.respond(&signed);
        backend.respond(&signed).status().as_u16()
    };
    for fault in
        [Fault::http_error(503), Fault::html(502), Fault::reset(), Fault::close(), Fault::redirect("http://a/")]
    {
        assert_eq!(code_of_the_repeat(fault), 200);
    }
    for fault in [
        Fault::error("ServiceUnavailable"),
        Fault::throttle(Throttle::default()),
        Fault::lost_answer(),
        Fault::cut(1),
        Fault::stall(),
        Fault::response(RawResponse::new(200, "text/plain", "")),
    ] {
        let name = fault.name();
        assert_eq!(code_of_the_repeat(fault), 400, "{name}: SignatureNonceUsed");
    }
    let mut unsigned = backend(Fault::http_error(503));
    unsigned.admit(user);
    assert_eq!(page(&mut unsigned, 1), 503, "whatever the signature is");
}
