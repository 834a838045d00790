//! Conformance: the sound client and server fail nothing, every mutant fails something, and no case
//! that must hold is one that nobody can fail.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

use taskmock::case::{Catalogue, ForOperation, Level, for_operation};
use taskmock::conformance::{
    self, ClientAnswer, ClientRun, KnownFailing, NoAnswer, Outcome, Reply, Report, ReportOptions, Results, Selection,
    ServerRun, Side,
};
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
        let (response, is_kept) = read_response(stream);
        if !is_kept {
            *kept = None;
        }
        response
    })
}

/// Reads a response, framed in any way, and returns it with whether its connection can be asked again.
fn read_response(stream: &mut TcpStream) -> (Response, bool) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 16384]);
    loop {
        let length = stream.read(&mut piece).expect("it answers");
        bytes.extend_from_slice(&piece[..length]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            assert_ne!(length, 0, "it closed the connection");
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status: u16 = lines.next().and_then(|line| line.get(9..12)?.parse().ok()).expect("a status");
        let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
        let announced = headers.iter().find(|(name, _)| *name == "content-length");
        let announced: Option<usize> = announced.map(|(_, length)| length.parse().expect("a length"));
        let rest = &bytes[end + 4..];
        let body = match announced {
            Some(announced) if rest.len() >= announced => &rest[..announced],
            // A body that is shorter than announced ends with its connection.
            Some(_) if length == 0 => rest,
            None if status == 204 => rest,
            // One chunk, the last one, and its trailers.
            None if rest.windows(5).any(|window| window == b"\r\n0\r\n") && rest.ends_with(b"\r\n\r\n") => {
                let start = rest.windows(2).position(|window| window == b"\r\n").expect("a size");
                let size = std::str::from_utf8(&rest[..start]).expect("a size");
                &rest[start + 2..start + 2 + usize::from_str_radix(size, 16).expect("a size")]
            }
            _ => {
                assert_ne!(length, 0, "it closed the connection");
                continue;
            }
        };
        let is_kept = length > 0 && announced.is_none_or(|announced| rest.len() == announced);
        let response = headers
            .into_iter()
            .fold(http::Response::builder().status(status), |response, (name, value)| response.header(name, value));
        return (response.body(body.to_vec().into()).expect("a response"), is_kept);
    }
}

/// What a client of three pieces answers, over a socket.
pub(crate) fn answer<I: Catalogue>(
    client: &Client<I>,
    endpoint: &str,
    input: &I,
    format: Format,
) -> ClientAnswer<I::Output> {
    let response = send(endpoint, &(client.ask)(input, format));
    match response.status().is_success() {
        true => match (client.read)(response.body(), format) {
            Ok(output) => ClientAnswer::Output(output),
            Err(error) => ClientAnswer::unreadable(error),
        },
        false => match (client.refused)(&response, format) {
            Ok(refused) => ClientAnswer::Error(refused),
            Err(error) => ClientAnswer::unreadable(error),
        },
    }
}

fn run<I: Catalogue>(client: &Client<I>, format: Format, random: u64) -> Results {
    let selection = Selection::new().formats([format]).random(random).cases(["*"]);
    ClientRun::new(selection).run(|endpoint: &str, input: &I| answer(client, endpoint, input, format))
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
        let listed = Selection::new().operations([operation]).formats([format]);
        assert_eq!(results.tally().passed, listed.count(Side::Client).expect("it is selected") + 50);
        results.assert();
        exercised.extend(results.facts_exercised().0);
        missed = results.facts_exercised().1;
    }
    missed.retain(|fact| !exercised.contains(fact));
    assert!(missed.is_empty() && exercised.len() > 200, "{missed:?}");
}

fn text(results: &Results, least: Level) -> String {
    Report::new(results, &ReportOptions::new().fail_on(least)).text()
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
            if of_one.len() * 2 <= results.ran() as usize {
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
    assert_eq!(failed_by(mutants::of_add_nodes(), all), nobody);
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
    let everything = listed(&Selection::new().formats([]), Side::Server).len();
    for (name, mutant) in mutants::SERVERS {
        let of_one = failed_by_server(*mutant);
        assert!(!of_one.is_empty(), "nobody notices that a server {name}");
        if of_one.len() * 2 <= everything {
            all.extend(of_one);
        }
    }
    let selection = Selection::new().formats([]).levels([Level::Must]);
    for kind in [Side::Client, Side::Server] {
        let vacuous: Vec<String> = listed(&selection, kind).into_iter().filter(|id| !all.contains(id)).collect();
        assert!(vacuous.is_empty(), "no mutant fails {vacuous:#?}");
    }
}

fn listed(selection: &Selection, side: Side) -> Vec<String> {
    selection.list(side).expect("it is selected").into_iter().map(|case| case.id).collect()
}

/// A server in this process, with as much of the control interface as a run needs.
fn run_server(selection: Selection, respond: impl Fn(&mut Backend, &Request) -> Response) -> Results {
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
    ServerRun::new(selection).run("a server in this process", send, |_| {}).expect("it is reached")
}

fn failed_by_server(mutant: fn(&mut Backend, &Request) -> Response) -> BTreeSet<String> {
    failed(&run_server(Selection::new().formats([]), mutant))
}

#[test]
fn a_sound_server_fails_nothing() {
    let results = run_server(Selection::new().formats([]).random(200), |backend, request| backend.respond(request));
    assert_eq!(failed(&results), BTreeSet::new(), "{}", text(&results, Level::May));
    assert_eq!(results.tally().unsupported, 0);
    assert_eq!(results.random.values().map(|tally| tally.passed).sum::<u64>(), 200);
    assert!(results.facts_exercised().1.is_empty());
}

#[test]
fn a_server_without_the_control_interface_is_asked_what_needs_no_state() {
    for state in [State::default(), State::documents()] {
        let mut backend = Backend::new(state);
        let run = ServerRun::new(Selection::new().formats([]));
        let done = run.run("a server", |request| Ok(backend.respond(&request)), |_| {});
        let results = done.expect("it is reached");
        assert_eq!(failed(&results), BTreeSet::new());
        assert!(results.tally().passed > 100, "{:?}", results.tally());
        assert!(results.tally().unsupported > 100, "{:?}", results.tally());
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let run = ServerRun::new(Selection::new());
    let done = run.run("nobody", |_| Err("cannot connect".to_owned()), |_| {});
    assert_eq!(done.expect_err("nobody is there").to_string(), "cannot connect");
}

type Tasks = taskmock::ehpc::list_tasks::Input;

/// A client of ListTasks that is sound but for PartialFail.
fn bad_results(selection: Selection) -> Results {
    bad_run(&ClientRun::new(selection))
}

fn bad_run(run: &ClientRun) -> Results {
    let mutant = mutants::of_list_tasks().into_iter().find(|mutant| mutant.name == "ignores PartialFail");
    let client = mutant.expect("it is planted").client;
    run.run(|endpoint: &str, input: &Tasks| answer(&client, endpoint, input, Format::Json))
}

#[test]
fn the_list_of_what_is_known_to_fail_is_exact() {
    let results = bad_results(Selection::new());
    let failing = failed(&results);
    assert!(failing.contains("ehpc.list_tasks/json/status.partial_fail"), "{failing:?}");
    let list = |lines: &BTreeSet<String>| {
        let lines: Vec<String> = lines.iter().map(|id| format!("{id} # it takes PartialFail for Success")).collect();
        lines.join("\n").parse::<KnownFailing>().expect("a list")
    };

    let summary = results.summarize(&KnownFailing::default(), Level::May);
    assert_eq!(summary.failed.len(), failing.len());
    assert!(!summary.conforms());

    let exact = results.summarize(&list(&failing), Level::May);
    assert!(exact.conforms(), "{exact}");
    let passed = results.tally().passed;
    assert_eq!(exact.known, failing.len() as u64);
    assert_eq!(exact.to_string(), format!("conforms: {passed} passed, {} failed as known", failing.len()));

    let mut with_one_that_passes = failing.clone();
    with_one_that_passes.insert("ehpc.list_tasks/json/empty".to_owned());
    let summary = results.summarize(&list(&with_one_that_passes), Level::May);
    assert!(!summary.conforms());
    let expected = "ehpc.list_tasks/json/empty is on the list of known failures and passes: delete its entry\n";
    assert!(summary.to_string().starts_with(expected), "{summary}");

    for no_case in ["ehpc.list_tasks/json/emty", "ehpc.list_tasks/empty", "ehpc.list_tasks/json/wire.method.head", "x"]
    {
        let mut with_a_typo = failing.clone();
        with_a_typo.insert(no_case.to_owned());
        let summary = results.summarize(&list(&with_a_typo), Level::May);
        assert!(!summary.conforms() && summary.to_string().contains(no_case), "{summary}");
    }

    // What another selection or shard asks is none of this one's business.
    let mut with_another = failing.clone();
    with_another.insert("ack.describe_task_info/json/one".to_owned());
    with_another.insert("ehpc.list_tasks/xml/random.4d2".to_owned());
    assert!(results.summarize(&list(&with_another), Level::May).conforms());
}

#[test]
fn levels_say_what_counts() {
    let results = bad_results(Selection::new().cases(["body.unknown_word.*", "empty"]));
    assert_eq!(failed(&results).len(), 0);
    let rubbish = |endpoint: &str, input: &Tasks| {
        answer(&sound::<Tasks>(), endpoint, input, Format::Json);
        ClientAnswer::unreadable("rubbish")
    };
    // A body in any order of fields: who cannot read it fails, but no document says so.
    let results = ClientRun::new(Selection::new().cases(["body.reordered", "body.truncated"])).run(rubbish);
    let of = |level| results.summarize(&KnownFailing::default(), level);
    assert_eq!(failed(&results).into_iter().collect::<Vec<_>>(), ["ehpc.list_tasks/json/body.reordered"]);
    assert!(of(Level::Must).conforms() && of(Level::Should).conforms() && !of(Level::May).conforms());
    assert_eq!(of(Level::Must).not_counted, 1);
}

#[test]
fn a_run_in_which_nothing_was_asked_does_not_conform() {
    let run = ClientRun::new(Selection::new());
    let results = run.run(|_: &str, _: &Tasks| ClientAnswer::Unsupported("no such call".into()));
    assert_eq!((results.ran(), results.tally().failed), (0, 0));
    let summary = results.summarize(&KnownFailing::default(), Level::Must);
    assert!(!summary.conforms());
    assert!(summary.to_string().starts_with("no case ran\n"), "{summary}");
    for wrong in [
        Selection::new().cases(["empty", "no_such_case"]),
        Selection::new().facts(["ehpc.list_tasks.page_size.maxx"]),
        Selection::new().operations(["ehpc.list_task"]),
        Selection::new().cases(["empty", "random.*"]),
    ] {
        assert!(wrong.list(Side::Client).is_err(), "{wrong:?}");
    }
    let wrong = ClientRun::new(Selection::new()).ignore(["output.Nonsense"]);
    let error =
        wrong.run_lines("nobody", || |_: &str, _: &str| unreachable!(), |_| {}).expect_err("there is no such field");
    assert_eq!(error.to_string(), "no answer has a field `output.Nonsense`");
}

#[test]
fn shards_are_the_whole() {
    let of = |random, shard| bad_results(Selection::new().random(random).cases(["*"]).shard(shard));
    let whole = of(40, "1/1".parse().expect("the whole"));
    let mut merged: Option<Results> = None;
    for number in 1..=3 {
        let shard = format!("{number}/3").parse().expect("a shard");
        let results = of(40, shard);
        match &mut merged {
            None => merged = Some(results),
            Some(merged) => {
                let twice = merged.clone().merge(merged.clone()).expect_err("they are the same");
                assert!(twice.to_string().contains("was given twice; give each shard once"), "{twice}");
                let other = of(41, shard);
                let other = merged.clone().merge(other).expect_err("it is another run");
                assert!(other.to_string().starts_with("they belong to another run: "), "{other}");
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
    let selection = Selection::new().cases(["random.*"]).random(300).seed(Seed(7));
    let (once, again) = (bad_results(selection.clone()), bad_run(&ClientRun::new(selection.clone()).jobs(1)));
    assert_eq!((once.ran(), failed(&once)), (300, failed(&again)));
    let of_another_seed = bad_results(selection.seed(Seed(8)));
    assert_ne!(failed(&once), failed(&of_another_seed));
    let name = failed(&once).first().expect("one in some has PartialFail").clone();
    let replayed = bad_results(Selection::new().cases([name.clone()]));
    assert_eq!(failed(&replayed).into_iter().collect::<Vec<_>>(), [name]);
}

#[test]
fn of_many_random_failures_the_first_are_told_and_all_are_counted() {
    let selection = Selection::new().cases(["empty", "random.*"]).random(500);
    let rubbish = |_: &str, _: &Tasks| ClientAnswer::Error(taskmock::ServiceError::new(1, "", ""));
    let results = ClientRun::new(selection).run(rubbish);
    let of_level = |level| results.random.get(&level).map_or(0, |tally| tally.failed);
    assert_eq!(Level::ALL.iter().map(|level| of_level(*level)).sum::<u64>(), 500);
    let kept: u64 = Level::ALL.iter().map(|level| of_level(*level).min(100)).sum();
    assert_eq!(results.cases.len() as u64, 1 + kept);
    let summarize = |least| results.summarize(&KnownFailing::default(), least);
    assert_eq!(summarize(Level::May).unreported, 500 - kept);
    // A level that does not count does not count past the hundredth either.
    let summary = summarize(Level::Must);
    assert_eq!(summary.unreported + summary.failed.len() as u64, 1 + of_level(Level::Must));
    assert!(of_level(Level::May) + of_level(Level::Should) > 0);
}

#[test]
fn what_a_client_does_not_show_can_be_left_out() {
    let client = |endpoint: &str, input: &Tasks| {
        let mut answer = answer(&sound::<Tasks>(), endpoint, input, Format::Json);
        match &mut answer {
            ClientAnswer::Output(output) => {
                output.request_id.clear();
                output.tasks.iter_mut().for_each(|task| task.errors.clear());
            }
            ClientAnswer::Error(refused) => refused.message = "sorry".to_owned(),
            ClientAnswer::Unsupported(_) => {}
        }
        answer
    };
    assert!(failed(&ClientRun::new(Selection::new()).run(client)).len() > 50);
    let ignore = ["output.RequestId", "output.Tasks.Errors", "error.message"];
    let results = ClientRun::new(Selection::new()).ignore(ignore).run(client);
    assert_eq!(failed(&results), BTreeSet::new());
}

#[test]
fn a_panic_fails_its_case_and_no_other() {
    let results = ClientRun::new(Selection::new()).run(|endpoint: &str, input: &Tasks| {
        assert!(input.page_size != Some(50), "no more than 49, please");
        answer(&sound::<Tasks>(), endpoint, input, Format::Json)
    });
    let with_fifty = results.cases.iter().filter(|result| result.failure().is_some());
    let told: Vec<(&str, String)> =
        with_fifty.map(|result| (result.outcome.name(), result.failure().expect("it fails").headline())).collect();
    let expected = ("crashed", "it panicked: no more than 49, please".to_owned());
    assert!(!told.is_empty() && told.iter().all(|said| *said == expected), "{told:?}");
    assert_eq!((results.tally().failed, results.tally().no_answer), (0, told.len() as u64));
}

#[test]
fn an_async_client_is_asked_the_same() {
    let client = async |endpoint: &str, input: &Tasks| answer(&sound::<Tasks>(), endpoint, input, Format::Json);
    let run = ClientRun::new(Selection::new().random(20)).jobs(3);
    let results = block_on(run.run_async(client));
    assert_eq!(failed(&results), BTreeSet::new());
    let blocking = run.run(|endpoint: &str, input: &Tasks| answer(&sound::<Tasks>(), endpoint, input, Format::Json));
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
        let run = ClientRun::new(Selection::new().cases(["empty", "error.db_error"])).signatures(signatures);
        failed(&run.run(|endpoint: &str, input: &Tasks| {
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
    assert_eq!(asked(Signatures::NotVerified, Some(&wrong)), 0);
}

#[test]
fn reports_hold_whatever_a_client_produced() {
    let hostile = "\u{0}\u{1}\u{b}\u{1f}\u{fffe}\u{ffff}]]><script>alert(1)</script>&amp;\"'\r\n\t\u{85}\u{2028}\u{9b}31m\u{202e}\u{2066}😀";
    let run = ClientRun::new(Selection::new().cases(["empty", "error.db_error"]));
    let mut results = run.run(|_: &str, _: &Tasks| ClientAnswer::unreadable(hostile));
    assert_eq!(failed(&results).len(), 2);
    let known = "ehpc.list_tasks/json/empty # <&\">".parse().expect("a list");
    let options = ReportOptions::new().known_failing(known).again("ask {case} again <&>");
    let report = Report::new(&results, &options);

    let junit = report.junit();
    assert!(!junit.contains(|character: char| character < ' ' && !matches!(character, '\n' | '\t')), "{junit:?}");
    assert!(!junit.contains(['\u{fffe}', '\u{ffff}']));
    let names: Vec<String> = elements(&junit);
    let count = |name: &str| names.iter().filter(|other| *other == name).count();
    assert_eq!((count("testsuite"), count("testcase"), count("failure"), count("skipped")), (1, 2, 1, 1));

    let html = report.html();
    // The script of the page itself, and none that a client wrote.
    assert_eq!(html.matches("<script>").count(), 1);
    let is_obeyed = |character: char| {
        character.is_control() && character != '\n'
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!html.contains(is_obeyed) && html.contains("\\u{202e}") && html.contains("\\u{9b}31m"));
    assert!(!html.contains("http://") || !html.contains(" src="), "the page needs nothing else");

    let text = report.text();
    assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");

    let json = serde_json::to_vec(&results).expect("JSON");
    assert_eq!(Results::from_json(&json).expect("what was written"), results);
    // A name that no case can have comes from elsewhere.
    results.cases[0].id = "<script>/json/x".to_owned();
    let error = Results::from_json(&serde_json::to_vec(&results).expect("JSON")).expect_err("no case is called so");
    assert!(error.to_string().starts_with("`<script>/json/x` is not the name of a case"));
}

/// What people read, for reviewers: of a case that fails, one that is known to, one that does not count, one that passes
/// and one that is not supported.
#[test]
fn reports_look_so() {
    let mutant = mutants::of_list_tasks().into_iter().find(|mutant| mutant.name == "ignores PartialFail");
    let client = mutant.expect("it is planted").client;
    let names = ["status.partial_fail", "full", "empty", "page_size.max", "body.truncated"];
    let mut results =
        ClientRun::new(Selection::new().cases(names)).run(|endpoint: &str, input: &Tasks| match input.page_size {
            Some(50) => ClientAnswer::Unsupported("pages have at most 20 entries".to_owned()),
            _ => answer(&client, endpoint, input, Format::Json),
        });
    // What is another value in each run.
    (results.started, results.micros) = ("2026-11-21T20:21:00Z".to_owned(), 1_234_567);
    for result in &mut results.cases {
        result.micros = 0;
        if let Outcome::Failed(failure) = &mut result.outcome {
            failure.exchanges.iter_mut().for_each(|exchange| exchange.headers.retain(|(name, _)| name != "host"));
        }
    }
    results.subject = "a client that ignores PartialFail".to_owned();
    let known = "ehpc.list_tasks/json/full  # it takes PartialFail for Success".parse().expect("a list");
    let options = ReportOptions::new().known_failing(known).again("ask --case {case}");
    let report = Report::new(&results, &options);
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
    let selection = Selection::new().formats([]);
    for kind in [Side::Client, Side::Server] {
        let listed = selection.list(kind).expect("everything is selected");
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
fn a_selection_selects_by_everything() {
    let all = Selection::new().formats([]);
    let count = |selection: &Selection| listed(selection, Side::Client).len();
    let of = |selection: Selection| listed(&selection, Side::Client);
    let operation = all.clone().operations(["ack.describe_task_info"]);
    assert!(of(operation).iter().all(|id| id.starts_with("ack.describe_task_info/")));
    let format = Selection::new().formats([Format::Xml]);
    assert!(of(format).iter().all(|id| id.contains("/xml/")));
    let name = all.clone().cases(["page_size.*_1", "*/xml/empty"]);
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
    let fact = all.clone().facts(["*.page_size.max"]);
    let with_fact = fact.list(Side::Client).expect("it is selected");
    assert!(with_fact.iter().all(|case| case.facts.contains(&"ehpc.list_tasks.page_size.max")));
    assert!(count(&fact) > 2);
    let levels: usize = Level::ALL.iter().map(|level| count(&all.clone().levels([*level]))).sum();
    assert_eq!(levels, count(&all));
}

#[test]
fn what_is_not_supported_says_why() {
    let results = ClientRun::new(Selection::new().cases(["empty"]))
        .run(|_: &str, _: &Tasks| ClientAnswer::Unsupported("there is no such call".into()));
    assert!(matches!(&results.cases[0].outcome, Outcome::Unsupported { why } if why == "there is no such call"));
    assert!(text(&results, Level::Must).contains("not run: there is no such call"));
}

#[test]
fn no_group_of_failures_mixes_two_bugs() {
    let of = |client: &Client<Tasks>| {
        let run = ClientRun::new(Selection::new());
        run.run(|endpoint: &str, input: &Tasks| answer(client, endpoint, input, Format::Json))
    };
    let planted: Vec<Mutant<Tasks>> =
        mutants::of_list_tasks().into_iter().filter(|mutant| mutant.formats.contains(&Format::Json)).collect();
    let sound = sound::<Tasks>();
    let asks = planted.iter().filter(|mutant| !std::ptr::fn_addr_eq(mutant.client.ask, sound.ask));
    let reads = planted.iter().filter(|mutant| !std::ptr::fn_addr_eq(mutant.client.read, sound.read));
    let refuses = planted.iter().filter(|mutant| !std::ptr::fn_addr_eq(mutant.client.refused, sound.refused));
    let mut three_at_once = 0;
    for ((ask, read), refused) in asks.zip(reads).zip(refuses) {
        let each = [ask, read, refused].map(|mutant| failed(&of(&mutant.client)));
        let all = of(&Client { ask: ask.client.ask, read: read.client.read, refused: refused.client.refused });
        for group in Report::new(&all, &ReportOptions::new().fail_on(Level::May)).causes() {
            let explains = |bug: &BTreeSet<String>| group.cases.iter().all(|result| bug.contains(&result.id));
            assert!(each.iter().any(explains), "{} mixes bugs", group.name);
        }
        three_at_once += 1;
    }
    assert!(three_at_once > 0);
}

/// Runs a client of lines that replies to each case as the function says.
fn run_lines(run: &ClientRun, reply: impl Fn(&str) -> Reply + Sync) -> Results {
    run.run_lines("a client", || |case: &str, _: &str| reply(case), |_| {}).expect("it runs")
}

fn none(why: NoAnswer) -> Reply {
    Reply::None { why, reason: format!("it {why:?}"), stderr: String::new() }
}

fn not_supported() -> Reply {
    Reply::Answer(ClientAnswer::Unsupported("it is a closure".to_owned()))
}

#[test]
fn no_answer_has_an_outcome_of_its_own_in_every_report() {
    let run = ClientRun::new(Selection::new().operations(["ehpc.list_tasks"]).cases([
        "empty",
        "one",
        "full",
        "page_size.max",
    ]));
    let results = run_lines(&run, |case| match case.rsplit('/').next() {
        Some("empty") => none(NoAnswer::Crashed),
        Some("one") => none(NoAnswer::Hung),
        Some("full") => none(NoAnswer::Garbled),
        _ => not_supported(),
    });
    let mut outcomes: Vec<&str> = results.cases.iter().map(|result| result.outcome.name()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["crashed", "garbled", "hung", "unsupported"]);
    assert_eq!((results.tally().failed, results.tally().no_answer), (0, 3));

    let options = ReportOptions::new().fail_on(Level::May);
    let report = Report::new(&results, &options);
    let (text, junit, html) = (report.text(), report.junit(), report.html());
    let json = serde_json::to_string(&results).expect("JSON");
    for (outcome, label, said) in
        [("crashed", "CRASHED", "it Crashed"), ("hung", "HUNG", "it Hung"), ("garbled", "GARBLED", "it Garbled")]
    {
        assert!(json.contains(&format!(r#""outcome":"{outcome}""#)));
        assert!(text.contains(&format!("{label} (")) && text.contains(said), "{text}");
        assert!(junit.contains(&format!(r#"<error message="{said}" type="{outcome}">"#)), "{junit}");
        assert!(html.contains(&format!(r#"data-outcome="{outcome}""#)));
    }
    assert!(text.contains("3 without an answer: ") && junit.contains(r#"failures="0" errors="3""#), "{text}");

    // A list that promises a wrong answer does not excuse a crash, and one that names it does.
    let of = |list: &str| results.summarize(&list.parse().expect("a list"), Level::May);
    let unsupported = "ehpc.list_tasks/json/page_size.max # no\n";
    let plain = "ehpc.list_tasks/json/empty\nehpc.list_tasks/json/one\nehpc.list_tasks/json/full\n";
    assert_eq!(of(&format!("{plain}{unsupported}")).failed.len(), 3);
    let exact =
        "ehpc.list_tasks/json/empty crashed\nehpc.list_tasks/json/one hung # why\nehpc.list_tasks/json/full garbled\n";
    assert!(of(&format!("{exact}{unsupported}")).conforms());
    let written = report.known_failing();
    assert!(of(&written).conforms(), "{written}");
    assert!(written.contains("ehpc.list_tasks/json/empty  crashed  # it Crashed\n"), "{written}");
}

#[test]
fn a_client_that_hangs_in_a_row_ends_the_run_unless_it_is_known_to() {
    let selection = Selection::new().operations(["ehpc.list_tasks"]).cases(["page_size.*", "one"]);
    let ids = listed(&selection, Side::Client);
    let hangs = |case: &str| if case.ends_with("/one") { not_supported() } else { none(NoAnswer::Hung) };
    let run = ClientRun::new(selection).jobs(1);
    let results = run_lines(&run, hangs);
    let why = results.given_up.clone().expect("it ended early");
    assert!(why.starts_with("the client did not answer in 3 cases in a row; probably it does not flush"), "{why}");
    assert!(results.cases.len() < ids.len());
    let list: String = ids.iter().map(|id| format!("{id} hung\n")).collect();
    let results = run_lines(&run.clone().known_failing(list.parse().expect("a list")), hangs);
    assert_eq!((results.given_up, results.cases.len()), (None, ids.len()));
}

#[test]
fn null_is_shown_as_null() {
    let run = ClientRun::new(Selection::new().operations(["ehpc.list_tasks"]).cases(["error.db_error"]));
    let results = run_lines(&run, |case| {
        let line = format!(r#"{{"case":"{case}","error":{{"http_status":null,"code":"DBError"}}}}"#);
        Reply::Answer(ClientAnswer::of_line(line.as_bytes(), case).expect("a line"))
    });
    let text = text(&results, Level::May);
    assert!(text.contains("error.http_status: expected ") && text.contains(", got null\n"), "{text}");
    assert!(!text.contains("got 0"), "{text}");
}

#[test]
fn a_failure_holds_the_exchange_beside_the_expected_one() {
    let run = ClientRun::new(Selection::new().cases(["page_size.max"]));
    let results = run.run(|endpoint: &str, input: &Tasks| {
        let mut input = input.clone();
        input.page_size = Some(10);
        answer(&sound::<Tasks>(), endpoint, &input, Format::Json)
    });
    let failure = results.cases[0].failure().expect("it fails");
    let expected = failure.expected_exchange.as_ref().expect("an exchange");
    assert!(expected.target.contains("PageSize=50") && expected.response_body.contains(r#""PageSize":50"#));
    let [came] = &failure.exchanges[..] else { panic!("{:?}", failure.exchanges) };
    assert!(came.target.contains("PageSize=10") && came.response_body.contains(r#""PageSize":10"#));
    let paths: Vec<&str> = failure.differences.iter().map(|difference| difference.path.as_str()).collect();
    assert_eq!(paths, ["output.PageSize", "request.PageSize"]);
    let shown = serde_json::to_value(&failure.differences[1]).expect("JSON");
    assert_eq!(shown, serde_json::json!({ "path": "request.PageSize", "expected": "50", "got": "10" }));
}

#[test]
fn a_passing_run_ends_in_a_line_that_says_so() {
    let results = run_server(Selection::new().formats([]).random(100), |backend, request| backend.respond(request));
    let text = text(&results, Level::May);
    let passed = results.tally().passed;
    assert!(text.ends_with(&format!("\nconforms: {passed} passed")), "{text}");
    assert!(text.lines().count() < 20, "{text}");
}
