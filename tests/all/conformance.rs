//! Conformance: the sound client and server fail nothing, every mutant fails something, and no case
//! that must hold is one that nobody can fail.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

use taskmock::case::{Catalogue, ForOperation, Level, for_operation};
use taskmock::conformance::{self, Answer, KnownFailing, Report, Results, Side, Suite, Terms, Verdict};
use taskmock::{Backend, Format, OperationInput, Request, Response, Seed, State, operations};

use taskmock::ack::describe_task_info;
use taskmock::dws::list_logical_cluster_tasks;
use taskmock::ehpc::{list_invocation_status, list_tasks};

use crate::mutants::{self, Client, Mutant, sound};

/// Sends a request over the connection that this thread keeps to an endpoint.
fn send(endpoint: &str, request: &Request) -> Response {
    thread_local!(static KEPT: RefCell<Option<(String, TcpStream)>> = const { RefCell::new(None) });
    let host = endpoint.trim_start_matches("http://");
    let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().expect("ASCII"));
    }
    head += &format!("content-length: {}\r\n\r\n", request.body().len());
    KEPT.with_borrow_mut(|kept| {
        if kept.as_ref().is_none_or(|(to, _)| to != host) {
            let stream = TcpStream::connect(host).expect("an endpoint");
            stream.set_nodelay(true).expect("a socket");
            *kept = Some((host.to_owned(), stream));
        }
        let (_, stream) = kept.as_mut().expect("it is open");
        stream.write_all(&[head.as_bytes(), request.body()].concat()).expect("it reads");
        read_response(stream)
    })
}

fn read_response(stream: &mut TcpStream) -> Response {
    let (mut bytes, mut piece) = (Vec::new(), [0; 16384]);
    loop {
        let length = stream.read(&mut piece).expect("it answers");
        assert_ne!(length, 0, "it closed the connection");
        bytes.extend_from_slice(&piece[..length]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status: u16 = lines.next().and_then(|line| line.get(9..12)?.parse().ok()).expect("a status");
        let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
        let length = headers.iter().find(|(name, _)| *name == "content-length").expect("a length").1;
        let body = end + 4..end + 4 + length.parse::<usize>().expect("a length");
        if bytes.len() >= body.end {
            let response = headers
                .into_iter()
                .fold(http::Response::builder().status(status), |response, (name, value)| response.header(name, value));
            return response.body(bytes[body].to_vec().into()).expect("a response");
        }
    }
}

/// What a client of three pieces answers, over a socket.
pub(crate) fn answer<I: Catalogue>(client: &Client<I>, endpoint: &str, input: &I, format: Format) -> Answer<I::Output> {
    let response = send(endpoint, &(client.ask)(input, format));
    match response.status().is_success() {
        true => match (client.read)(response.body(), format) {
            Ok(output) => Answer::Output(output),
            Err(error) => Answer::unreadable(error),
        },
        false => match (client.refused)(&response, format) {
            Ok(refused) => Answer::Error(refused),
            Err(error) => Answer::unreadable(error),
        },
    }
}

fn run<I: Catalogue>(client: &Client<I>, format: Format, random: u64) -> Results {
    let names = vec!["*".to_owned()];
    let suite = Suite { formats: vec![format], random, names, ..Suite::default() };
    suite.run(|endpoint: &str, input: &I| answer(client, endpoint, input, format))
}

fn failed(results: &Results) -> BTreeSet<String> {
    results.cases.iter().filter(|result| result.failure().is_some()).map(|result| result.id.clone()).collect()
}

struct Sound(Format);

impl ForOperation for Sound {
    type Output = Results;
    fn run<I: Catalogue>(self) -> Results {
        run(&sound::<I>(), self.0, 50)
    }
}

/// Every operation in every encoding that it has.
fn everything() -> impl Iterator<Item = (&'static str, Format)> {
    operations().flat_map(|operation| operation.formats.iter().map(|format| (operation.id, *format)))
}

#[test]
fn the_sound_client_fails_nothing() {
    let (mut exercised, mut missed) = (BTreeSet::new(), Vec::new());
    for (operation, format) in everything() {
        let results = for_operation(operation, Sound(format)).expect("it exists");
        assert_eq!(failed(&results), BTreeSet::new(), "{}", text(&results, Level::May));
        let listed = Suite { operations: vec![operation.to_owned()], formats: vec![format], ..Suite::default() };
        assert_eq!(results.tally().passed, listed.count(Side::Client).expect("it is selected") + 50);
        results.assert();
        exercised.extend(results.facts_exercised().0);
        missed = results.facts_exercised().1;
    }
    missed.retain(|fact| !exercised.contains(fact));
    assert!(missed.is_empty() && exercised.len() > 200, "{missed:?}");
}

fn text(results: &Results, least: Level) -> String {
    let terms = Terms { known: &KnownFailing::default(), least, again: None, server: None };
    Report { results, terms }.text()
}

/// Adds what the mutants of an operation fail, and returns those that nobody notices. What fails most cases,
/// whatever they are about, shows of none what it is worth.
fn failed_by<I: Catalogue>(mutants: Vec<Mutant<I>>, all: &mut BTreeSet<String>) -> BTreeSet<&'static str> {
    let operation = taskmock::operation(I::ID).expect("it exists");
    let mut unnoticed = BTreeSet::new();
    for mutant in mutants {
        let mut fails = 0;
        for format in mutant.formats.iter().filter(|format| operation.formats.contains(format)) {
            let results = run(&mutant.client, *format, 0);
            let of_one = failed(&results);
            fails += of_one.len();
            if of_one.len() * 2 <= results.asked() as usize {
                all.extend(of_one);
            }
        }
        if fails == 0 {
            unnoticed.insert(mutant.name);
        }
    }
    unnoticed
}

#[test]
fn every_case_that_must_hold_is_failed_by_a_mutant() {
    let all = &mut BTreeSet::new();
    let nobody = BTreeSet::new();
    assert_eq!(failed_by(mutants::of_list_tasks(), all), nobody);
    assert_eq!(failed_by(mutants::of_list_invocation_status(), all), nobody);
    assert_eq!(failed_by(mutants::of_describe_task_info(), all), nobody);
    assert_eq!(failed_by(mutants::of_list_logical_cluster_tasks(), all), nobody);
    assert_eq!(failed_by(mutants::of_filters(), all), nobody);
    // Not every operation has such texts or lists.
    let unnoticed = [
        failed_by(mutants::of_values::<list_tasks::Input>(), all),
        failed_by(mutants::of_values::<list_invocation_status::Input>(), all),
        failed_by(mutants::of_values::<describe_task_info::Input>(), all),
        failed_by(mutants::of_values::<list_logical_cluster_tasks::Input>(), all),
    ];
    assert_eq!(unnoticed.into_iter().reduce(|some, others| &some & &others), Some(nobody));
    let everything = listed(&Suite { formats: Vec::new(), ..Suite::default() }, Side::Server).len();
    for (name, mutant) in mutants::SERVERS {
        let of_one = failed_by_server(*mutant);
        assert!(!of_one.is_empty(), "nobody notices that a server {name}");
        if of_one.len() * 2 <= everything {
            all.extend(of_one);
        }
    }
    let suite = Suite { formats: Vec::new(), levels: vec![Level::Must], ..Suite::default() };
    for kind in [Side::Client, Side::Server] {
        let vacuous: Vec<String> = listed(&suite, kind).into_iter().filter(|id| !all.contains(id)).collect();
        assert!(vacuous.is_empty(), "no mutant fails {vacuous:#?}");
    }
}

fn listed(suite: &Suite, side: Side) -> Vec<String> {
    suite.list(side).expect("it is selected").into_iter().map(|case| case.id).collect()
}

/// A server in this process, with as much of the control interface as a run needs.
fn ask_server(suite: &Suite, respond: impl Fn(&mut Backend, &Request) -> Response) -> Results {
    let backend = Mutex::new(Backend::documents());
    let send = |request: Request| {
        let mut backend = backend.lock().expect("nobody panicked");
        let ok = |body: String| Ok(http::Response::new(body.into()));
        match request.uri().path() {
            "/__taskmock__/health" => ok(r#"{"status":"ok"}"#.to_owned()),
            "/__taskmock__/state" if request.method() == "GET" => ok(backend.state().to_json()),
            "/__taskmock__/state" => {
                let state = std::str::from_utf8(request.body()).expect("UTF-8");
                backend.load(State::from_json(state).map_err(|error| error.to_string())?);
                ok(String::new())
            }
            _ => Ok(respond(&mut backend, &request)),
        }
    };
    suite.ask_server("a server in this process", send, |_| {}).expect("it is reached")
}

fn failed_by_server(mutant: fn(&mut Backend, &Request) -> Response) -> BTreeSet<String> {
    failed(&ask_server(&Suite { formats: Vec::new(), ..Suite::default() }, mutant))
}

#[test]
fn a_sound_server_fails_nothing() {
    let suite = Suite { formats: Vec::new(), random: 200, ..Suite::default() };
    let results = ask_server(&suite, |backend, request| backend.respond(request));
    assert_eq!(failed(&results), BTreeSet::new(), "{}", text(&results, Level::May));
    assert_eq!(results.tally().unsupported, 0);
    assert_eq!(results.random.values().map(|tally| tally.passed).sum::<u64>(), 200);
    assert!(results.facts_exercised().1.is_empty());
}

#[test]
fn a_server_without_the_control_interface_is_asked_what_needs_no_state() {
    for state in [State::default(), State::documents()] {
        let mut backend = Backend::new(state);
        let suite = Suite { formats: Vec::new(), ..Suite::default() };
        let asked = suite.ask_server("a server", |request| Ok(backend.respond(&request)), |_| {});
        let results = asked.expect("it is reached");
        assert_eq!(failed(&results), BTreeSet::new());
        assert!(results.tally().passed > 100, "{:?}", results.tally());
        assert!(results.tally().unsupported > 100, "{:?}", results.tally());
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let asked = Suite::default().ask_server("nobody", |_| Err("cannot connect".to_owned()), |_| {});
    assert_eq!(asked.expect_err("nobody is there").to_string(), "cannot connect");
}

type Tasks = taskmock::ehpc::list_tasks::Input;

/// A client of ListTasks that is sound but for PartialFail.
fn bad_results(suite: &Suite) -> Results {
    let mutant = mutants::of_list_tasks().into_iter().find(|mutant| mutant.name == "ignores PartialFail");
    let client = mutant.expect("it is planted").client;
    suite.run(|endpoint: &str, input: &Tasks| answer(&client, endpoint, input, Format::Json))
}

#[test]
fn the_list_of_what_is_known_to_fail_is_exact() {
    let results = bad_results(&Suite::default());
    let failing = failed(&results);
    assert!(failing.contains("ehpc.list_tasks/json/status.partial_fail"), "{failing:?}");
    let list = |lines: &BTreeSet<String>| {
        let lines: Vec<String> = lines.iter().map(|id| format!("{id} # it takes PartialFail for Success")).collect();
        lines.join("\n").parse::<KnownFailing>().expect("a list")
    };

    let conclusion = results.conclude(&KnownFailing::default(), Level::May);
    assert_eq!(conclusion.failed.len(), failing.len());
    assert!(!conclusion.conforms());

    let exact = results.conclude(&list(&failing), Level::May);
    assert!(exact.conforms(), "{exact}");
    assert_eq!((exact.known, exact.to_string().as_str()), (failing.len() as u64, "it conforms"));

    let mut with_one_that_passes = failing.clone();
    with_one_that_passes.insert("ehpc.list_tasks/json/empty".to_owned());
    let conclusion = results.conclude(&list(&with_one_that_passes), Level::May);
    assert!(!conclusion.conforms());
    assert_eq!(
        conclusion.to_string(),
        "ehpc.list_tasks/json/empty is listed as known to fail, and does not: take it off the list"
    );

    for no_case in ["ehpc.list_tasks/json/emty", "ehpc.list_tasks/empty", "ehpc.list_tasks/json/wire.method.head", "x"]
    {
        let mut with_a_typo = failing.clone();
        with_a_typo.insert(no_case.to_owned());
        let conclusion = results.conclude(&list(&with_a_typo), Level::May);
        assert!(!conclusion.conforms() && conclusion.to_string().contains(no_case), "{conclusion}");
    }

    // What another selection or shard asks is none of this one's business.
    let mut with_another = failing.clone();
    with_another.insert("ack.describe_task_info/json/one".to_owned());
    with_another.insert("ehpc.list_tasks/xml/random.4d2".to_owned());
    assert!(results.conclude(&list(&with_another), Level::May).conforms());
}

#[test]
fn levels_say_what_counts() {
    let results = bad_results(&Suite { names: vec!["body.unknown_word.*".into(), "empty".into()], ..Suite::default() });
    assert_eq!(failed(&results).len(), 0);
    let rubbish = |endpoint: &str, input: &Tasks| {
        answer(&sound::<Tasks>(), endpoint, input, Format::Json);
        Answer::unreadable("rubbish")
    };
    let only =
        |names: &[&str]| Suite { names: names.iter().map(|name| (*name).to_owned()).collect(), ..Suite::default() };
    // A body in any order of fields: who cannot read it fails, but no document says so.
    let results = only(&["body.reordered", "body.truncated"]).run(rubbish);
    let of = |level| results.conclude(&KnownFailing::default(), level);
    assert_eq!(failed(&results).into_iter().collect::<Vec<_>>(), ["ehpc.list_tasks/json/body.reordered"]);
    assert!(of(Level::Must).conforms() && of(Level::Should).conforms() && !of(Level::May).conforms());
    assert_eq!(of(Level::Must).below, 1);
}

#[test]
fn a_run_in_which_nothing_was_asked_does_not_conform() {
    let results = Suite::default().run(|_: &str, _: &Tasks| Answer::Unsupported("no such call".into()));
    assert_eq!((results.asked(), results.tally().failed), (0, 0));
    let conclusion = results.conclude(&KnownFailing::default(), Level::Must);
    assert!(!conclusion.conforms());
    assert_eq!(conclusion.to_string(), "nothing was asked");
    for wrong in [
        Suite { names: vec!["empty".into(), "no_such_case".into()], ..Suite::default() },
        Suite { facts: vec!["ehpc.list_tasks.page_size.maxx".into()], ..Suite::default() },
        Suite { operations: vec!["ehpc.list_task".into()], ..Suite::default() },
        Suite { names: vec!["empty".into(), "random.*".into()], ..Suite::default() },
    ] {
        assert!(wrong.list(Side::Client).is_err(), "{wrong:?}");
    }
    let wrong = Suite { ignore: vec!["output.Nonsense".into()], ..Suite::default() };
    let error =
        wrong.ask_lines("nobody", || |_: &str, _: &str| unreachable!(), |_| {}).expect_err("there is no such field");
    assert_eq!(error.to_string(), "no answer has a field `output.Nonsense`");
}

#[test]
fn shards_are_the_whole() {
    let names = vec!["*".to_owned()];
    let whole = bad_results(&Suite { random: 40, names: names.clone(), ..Suite::default() });
    let mut merged: Option<Results> = None;
    for number in 1..=3 {
        let shard = format!("{number}/3").parse().expect("a shard");
        let results = bad_results(&Suite { random: 40, shard, names: names.clone(), ..Suite::default() });
        match &mut merged {
            None => merged = Some(results),
            Some(merged) => {
                let twice = merged.clone().merge(merged.clone()).expect_err("they are the same");
                assert!(twice.to_string().contains("is in both; give each shard once"), "{twice}");
                let other = bad_results(&Suite { random: 41, shard, names: names.clone(), ..Suite::default() });
                let other = merged.clone().merge(other).expect_err("it is another run");
                assert!(other.to_string().starts_with("they are of another run: "), "{other}");
                assert!(!merged.missing_shards().is_empty());
                merged.merge(results).expect("another shard");
            }
        }
    }
    let merged = merged.expect("three shards");
    assert_eq!(failed(&merged), failed(&whole));
    assert_eq!((merged.tally(), &merged.random, &merged.facts), (whole.tally(), &whole.random, &whole.facts));
    assert!(merged.missing_shards().is_empty());
    // In the same order, but for how long each took and the ports.
    let ids = |results: &Results| results.cases.iter().map(|result| result.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&merged), ids(&whole));
}

#[test]
fn random_cases_are_the_same_for_the_same_seed_and_replay_by_name() {
    let suite = Suite { names: vec!["random.*".into()], random: 300, seed: Seed(7), ..Suite::default() };
    let (once, again) = (bad_results(&suite), bad_results(&Suite { jobs: 1, ..suite.clone() }));
    assert_eq!((once.asked(), failed(&once)), (300, failed(&again)));
    let of_another_seed = bad_results(&Suite { seed: Seed(8), ..suite });
    assert_ne!(failed(&once), failed(&of_another_seed));
    let name = failed(&once).first().expect("one in some has PartialFail").clone();
    let replayed = bad_results(&Suite { names: vec![name.clone()], ..Suite::default() });
    assert_eq!(failed(&replayed).into_iter().collect::<Vec<_>>(), [name]);
}

#[test]
fn of_many_random_failures_the_first_are_told_and_all_are_counted() {
    let suite = Suite { names: vec!["empty".into(), "random.*".into()], random: 500, ..Suite::default() };
    let rubbish = |_: &str, _: &Tasks| Answer::Error(taskmock::ServiceError::new(1, "", ""));
    let results = suite.run(rubbish);
    let of_level = |level| results.random.get(&level).map_or(0, |tally| tally.failed);
    assert_eq!(Level::ALL.iter().map(|level| of_level(*level)).sum::<u64>(), 500);
    let kept: u64 = Level::ALL.iter().map(|level| of_level(*level).min(100)).sum();
    assert_eq!(results.cases.len() as u64, 1 + kept);
    let conclude = |least| results.conclude(&KnownFailing::default(), least);
    assert_eq!(conclude(Level::May).more, 500 - kept);
    // A level that does not count does not count past the hundredth either.
    let conclusion = conclude(Level::Must);
    assert_eq!(conclusion.more + conclusion.failed.len() as u64, 1 + of_level(Level::Must));
    assert!(of_level(Level::May) + of_level(Level::Should) > 0);
}

#[test]
fn what_a_client_does_not_show_can_be_left_out() {
    let client = |endpoint: &str, input: &Tasks| {
        let mut answer = answer(&sound::<Tasks>(), endpoint, input, Format::Json);
        match &mut answer {
            Answer::Output(output) => {
                output.request_id.clear();
                output.tasks.iter_mut().for_each(|task| task.errors.clear());
            }
            Answer::Error(refused) => refused.message = "sorry".to_owned(),
            Answer::Unsupported(_) => {}
        }
        answer
    };
    assert!(failed(&Suite::default().run(client)).len() > 50);
    let ignore = ["output.RequestId", "output.Tasks.Errors", "error.message"].map(str::to_owned).to_vec();
    let results = Suite { ignore, ..Suite::default() }.run(client);
    assert_eq!(failed(&results), BTreeSet::new());
}

#[test]
fn a_panic_fails_its_case_and_no_other() {
    let results = Suite::default().run(|endpoint: &str, input: &Tasks| {
        assert!(input.page_size != Some(50), "no more than 49, please");
        answer(&sound::<Tasks>(), endpoint, input, Format::Json)
    });
    let with_fifty = results.cases.iter().filter(|result| result.failure().is_some());
    let told: Vec<&str> =
        with_fifty.map(|result| result.failure().expect("it fails").differences[0].as_str()).collect();
    assert!(!told.is_empty() && told.iter().all(|said| *said == "it panicked: no more than 49, please"), "{told:?}");
}

#[test]
fn an_async_client_is_asked_the_same() {
    let client = async |endpoint: &str, input: &Tasks| answer(&sound::<Tasks>(), endpoint, input, Format::Json);
    let suite = Suite { random: 20, jobs: 3, ..Suite::default() };
    let results = block_on(suite.run_async(client));
    assert_eq!(failed(&results), BTreeSet::new());
    let blocking = suite.run(|endpoint: &str, input: &Tasks| answer(&sound::<Tasks>(), endpoint, input, Format::Json));
    assert_eq!((results.tally(), &results.facts), (blocking.tally(), &blocking.facts));
    block_on(conformance::run_async(client)).assert();
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

#[cfg(feature = "signatures")]
#[test]
fn signatures_are_verified() {
    use std::time::SystemTime;
    use taskmock::conformance::Signatures;
    use taskmock::{Algorithm, Credentials, Timestamp};

    let now = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
        Timestamp::from_unix_millis(0).after(since)
    };
    let numbers = std::sync::atomic::AtomicU64::new(0);
    let asked = |signatures: Signatures, by: Option<&Credentials>| {
        let suite = Suite { names: vec!["empty".into(), "error.db_error".into()], signatures, ..Suite::default() };
        failed(&suite.run(|endpoint: &str, input: &Tasks| {
            let nonce = numbers.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
            let mut request = OperationInput::request(input, Format::Json);
            let host = endpoint.trim_start_matches("http://").parse().expect("a host");
            request.headers_mut().insert("host", host);
            let mut request = match by {
                Some(credentials) => credentials.sign(request, Algorithm::Acs3, now(), &nonce),
                None => request,
            };
            request.headers_mut().remove("host");
            let response = send(endpoint, &request);
            match response.status().is_success() {
                true => Ok((sound::<Tasks>().read)(response.body(), Format::Json).expect("an answer")),
                false => Err((sound::<Tasks>().refused)(&response, Format::Json).expect("a refusal")),
            }
        }))
        .len()
    };
    let (right, wrong) = (Credentials::new("testid", "testsecret"), Credentials::new("testid", "other"));
    assert_eq!(asked(Signatures::Required(right.clone()), Some(&right)), 0);
    // Also of a refusal that has nothing to do with it.
    assert_eq!(asked(Signatures::Required(right.clone()), Some(&wrong)), 2);
    assert_eq!(asked(Signatures::Required(right.clone()), None), 2);
    assert_eq!(asked(Signatures::IfSigned(right.clone()), Some(&wrong)), 2);
    assert_eq!(asked(Signatures::IfSigned(right), None), 0);
    assert_eq!(asked(Signatures::Unseen, Some(&wrong)), 0);
}

#[test]
fn reports_hold_whatever_a_client_produced() {
    let hostile = "\u{0}\u{1}\u{b}\u{1f}\u{fffe}\u{ffff}]]><script>alert(1)</script>&amp;\"'\r\n\t\u{85}\u{2028}😀";
    let suite = Suite { names: vec!["empty".into(), "error.db_error".into()], ..Suite::default() };
    let mut results = suite.run(|_: &str, _: &Tasks| Answer::unreadable(hostile));
    assert_eq!(failed(&results).len(), 2);
    let known = "ehpc.list_tasks/json/empty # <&\">".parse().expect("a list");
    let again = Some("ask {case} again <&>");
    let terms = Terms { known: &known, least: Level::Must, again, server: None };
    let report = Report { results: &results, terms };

    let junit = report.junit();
    assert!(!junit.contains(|character: char| character < ' ' && !matches!(character, '\n' | '\t')), "{junit:?}");
    assert!(!junit.contains(['\u{fffe}', '\u{ffff}']));
    let names: Vec<String> = elements(&junit);
    let count = |name: &str| names.iter().filter(|other| *other == name).count();
    assert_eq!((count("testsuite"), count("testcase"), count("failure"), count("skipped")), (1, 2, 1, 1));

    let html = report.html();
    assert!(!html.contains("<script>"));
    assert!(!html.contains("http://") || !html.contains(" src="), "the page needs nothing else");

    let text = report.text();
    assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");

    let json = serde_json::to_vec(&results).expect("JSON");
    assert_eq!(Results::from_json(&json).expect("what was written"), results);
    // A name that no case can have comes from elsewhere.
    results.cases[0].id = "<script>/json/x".to_owned();
    let error = Results::from_json(&serde_json::to_vec(&results).expect("JSON")).expect_err("no case is called so");
    assert!(error.to_string().starts_with("`<script>/json/x` is no name of a case"));
}

/// What people read, for reviewers: of a case that fails, one that is known to, one that does not count, one that passes
/// and one that is not supported.
#[test]
fn reports_look_so() {
    let mutant = mutants::of_list_tasks().into_iter().find(|mutant| mutant.name == "ignores PartialFail");
    let client = mutant.expect("it is planted").client;
    let names = ["status.partial_fail", "full", "empty", "page_size.max", "body.truncated"].map(str::to_owned).to_vec();
    let mut results = Suite { names, ..Suite::default() }.run(|endpoint: &str, input: &Tasks| match input.page_size {
        Some(50) => Answer::Unsupported("pages have at most 20 entries".to_owned()),
        _ => answer(&client, endpoint, input, Format::Json),
    });
    // What is another value in each run.
    for result in &mut results.cases {
        result.micros = 0;
        if let Verdict::Failed(failure) = &mut result.verdict {
            failure.exchanges.iter_mut().for_each(|exchange| exchange.headers.retain(|(name, _)| name != "host"));
        }
    }
    results.subject = "a client that ignores PartialFail".to_owned();
    let known = "ehpc.list_tasks/json/full  # it takes PartialFail for Success".parse().expect("a list");
    let terms = Terms { known: &known, least: Level::Must, again: Some("ask --case {case}"), server: None };
    let report = Report { results: &results, terms };
    crate::snapshots::hold("conformance", format!("{}\n\n{}", report.text(), report.junit()));
    crate::snapshots::hold("conformance.page", report.html());
}

/// The names of the elements of an XML document that a strict reader accepts.
fn elements(xml: &str) -> Vec<String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    attribute.expect("an attribute");
                }
                names.push(tag.name().as_ref().to_owned());
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

#[test]
fn every_case_has_a_name_of_its_own_and_a_level() {
    let suite = Suite { formats: Vec::new(), ..Suite::default() };
    for kind in [Side::Client, Side::Server] {
        let listed = suite.list(kind).expect("everything is selected");
        let names: BTreeSet<&str> = listed.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(names.len(), listed.len());
        for case in listed.iter().filter(|case| case.level == Level::Must) {
            // A client hands on what it gets; a server's answer rests on all that is stated of it.
            let count = if kind == Side::Client { 1 } else { case.facts.len() };
            for id in &case.facts[..count] {
                let fact = taskmock::fact(id).unwrap_or_else(|| panic!("{id}"));
                assert_eq!(fact.kind, taskmock::FactKind::Documented, "{} must hold by {id}", case.id);
            }
        }
        let count = |level| listed.iter().filter(|case| case.level == level).count();
        assert!(Level::ALL.iter().all(|level| count(*level) > 50), "{kind}");
    }
}

#[test]
fn a_suite_selects_by_everything() {
    let all = Suite { formats: Vec::new(), ..Suite::default() };
    let count = |suite: &Suite| listed(suite, Side::Client).len();
    let of = |suite: Suite| listed(&suite, Side::Client);
    let operation = Suite { operations: vec!["ack.describe_task_info".into()], ..all.clone() };
    assert!(of(operation).iter().all(|id| id.starts_with("ack.describe_task_info/")));
    let format = Suite { formats: vec![Format::Xml], ..Suite::default() };
    assert!(of(format).iter().all(|id| id.contains("/xml/")));
    let name = Suite { names: vec!["page_size.*_1".into(), "*/xml/empty".into()], ..all.clone() };
    assert_eq!(
        of(name).iter().filter(|id| id.starts_with("ehpc.list_tasks/")).collect::<Vec<_>>(),
        [
            "ehpc.list_tasks/json/page_size.min_minus_1",
            "ehpc.list_tasks/json/page_size.min_plus_1",
            "ehpc.list_tasks/json/page_size.max_minus_1",
            "ehpc.list_tasks/json/page_size.max_plus_1",
            "ehpc.list_tasks/xml/empty",
            "ehpc.list_tasks/xml/page_size.min_minus_1",
            "ehpc.list_tasks/xml/page_size.min_plus_1",
            "ehpc.list_tasks/xml/page_size.max_minus_1",
            "ehpc.list_tasks/xml/page_size.max_plus_1",
        ]
    );
    let fact = Suite { facts: vec!["*.page_size.max".into()], ..all.clone() };
    let with_fact = fact.list(Side::Client).expect("it is selected");
    assert!(with_fact.iter().all(|case| case.facts.contains(&"ehpc.list_tasks.page_size.max")));
    assert!(count(&fact) > 2);
    let levels: usize = Level::ALL.iter().map(|level| count(&Suite { levels: vec![*level], ..all.clone() })).sum();
    assert_eq!(levels, count(&all));
}

#[test]
fn what_is_not_supported_says_why() {
    let results = Suite { names: vec!["empty".into()], ..Suite::default() }
        .run(|_: &str, _: &Tasks| Answer::Unsupported("there is no such call".into()));
    assert!(matches!(&results.cases[0].verdict, Verdict::Unsupported { why } if why == "there is no such call"));
    assert!(text(&results, Level::Must).contains("not asked: there is no such call"));
}
