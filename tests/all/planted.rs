//! Planted bugs: small clients with one bug each, of kinds seen in the field. Each is caught within
//! 256 cases or bodies and shrinks to a case of one task or none; the sound client passes them all.

use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::Value;
use taskmock::ack::describe_task_info;
use taskmock::dialect::Dialect;
use taskmock::dws::list_logical_cluster_tasks;
use taskmock::ehpc::{Status, list_invocation_status, list_tasks};
use taskmock::{
    Body, Case, Format, OperationInput, OperationOutput, Refused, Request, Response, State, bodies, cases, random_cases,
};

use crate::support::header;

/// A client in three pieces: what it asks, how it reads an answer, how it reads a refusal.
struct Client<I: OperationInput> {
    ask: fn(&I, Format) -> Request,
    read: fn(&[u8], Format) -> Result<I::Output, String>,
    refused: fn(&Response, Format) -> Result<Refused, String>,
}

impl<I: OperationInput> Clone for Client<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: OperationInput> Copy for Client<I> {}

fn sound<I: OperationInput>() -> Client<I> {
    Client {
        ask: |input, format| OperationInput::request(input, format),
        read: |body, format| I::Output::decode(body, format, &Dialect::default()).map_err(|error| error.to_string()),
        refused: read_refusal,
    }
}

/// The error of an SDK, out of any of the envelopes, by a reading of its own.
fn read_refusal(response: &Response, _: Format) -> Result<Refused, String> {
    let body = std::str::from_utf8(response.body()).map_err(|error| error.to_string())?;
    let field = |names: &[&str]| -> Option<String> {
        if let Ok(Value::Object(fields)) = serde_json::from_str(body) {
            return names.iter().find_map(|name| Some(fields.get(*name)?.as_str()?.to_owned()));
        }
        let leaves = crate::support::leaves(body);
        names.iter().find_map(|name| {
            leaves.iter().find_map(|leaf| leaf.strip_prefix(&format!("Error/{name}=")).map(str::to_owned))
        })
    };
    let id = header(response, "x-request-id");
    Ok(Refused {
        status: response.status().as_u16(),
        code: field(&["Code", "code", "error_code"]).ok_or("no code")?,
        message: field(&["Message", "message", "error_msg"]).ok_or("no message")?,
        request_id: if id.is_empty() { field(&["RequestId", "requestId"]).ok_or("no id")? } else { id.to_owned() },
    })
}

/// Runs a client on a case.
fn run<I: OperationInput>(client: &Client<I>, case: &Case<I>) -> Result<(), TestCaseError> {
    let mut backend = case.backend();
    let response = backend.respond(&(client.ask)(&case.when, case.format));
    let got = match response.status().is_success() {
        true => Ok((client.read)(response.body(), case.format).map_err(TestCaseError::fail)?),
        false => Err((client.refused)(&response, case.format).map_err(TestCaseError::fail)?),
    };
    case.check(got)?;
    case.check_requests(&backend.requests())?;
    Ok(())
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::with_cases(cases) };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The smallest value on which a client fails; none if it does not within so many.
fn smallest<S>(strategy: S, count: u32, test: impl Fn(S::Value) -> Result<(), TestCaseError>) -> Option<S::Value>
where
    S: Strategy,
    S::Value: Debug,
{
    match runner(count).run(&strategy, test) {
        Ok(()) => None,
        Err(TestError::Fail(_, value)) => Some(value),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// How many tasks and commands a state holds.
fn size(state: &State) -> usize {
    state.ehpc.tasks.len() + state.ehpc.commands.len() + state.ack.tasks.len() + state.dws.tasks.len()
}

/// Lets both strategies find a bug: the catalogue with what follows it, and random cases alone.
fn caught<I: OperationInput>(name: &str, format: Format, client: Client<I>, also_at_random: bool) {
    let found = smallest(cases::<I>(format), 256, |case| run(&client, &case))
        .unwrap_or_else(|| panic!("nothing in 256 cases finds that it {name}"));
    assert!(size(&found.given) <= 1, "{name}: {} things\n{found:?}", size(&found.given));
    assert_replays(name, &client, &found);
    if also_at_random {
        let found = smallest(random_cases::<I>(format), 256, |case| run(&client, &case))
            .unwrap_or_else(|| panic!("nothing in 256 random cases finds that it {name}"));
        assert!(size(&found.given) <= 1, "{name}: {} things\n{found:?}", size(&found.given));
        assert_replays(name, &client, &found);
    }
}

/// The name alone makes the same case again, and the client fails on it again.
fn assert_replays<I: OperationInput>(name: &str, client: &Client<I>, found: &Case<I>) {
    let again = taskmock::case::<I>(&found.name, found.format).unwrap_or_else(|| panic!("{name}: {}", found.name));
    assert_eq!((&again.given, &again.when, &again.then), (&found.given, &found.when, &found.then), "{name}");
    assert!(run(client, &again).is_err(), "{name}: {again:?}");
}

fn caught_by_bodies<I: OperationInput>(name: &str, format: Format, client: Client<I>, marker: &str) {
    let found = smallest(bodies::<I>(format), 256, |body| read(&client, &body))
        .unwrap_or_else(|| panic!("nothing in 256 bodies finds that it {name}"));
    let tasks = String::from_utf8_lossy(&found.bytes).matches(marker).count();
    assert!(tasks <= 2, "{name}: {tasks} times {marker}\n{found:?}");
    let again = taskmock::body::<I>(&found.name, format).unwrap_or_else(|| panic!("{name}: {}", found.name));
    assert_eq!(again.bytes, found.bytes, "{name}");
}

fn read<I: OperationInput>(client: &Client<I>, body: &Body<I>) -> Result<(), TestCaseError> {
    Ok(body.check((client.read)(&body.bytes, body.format))?)
}

fn sound_passes<I: OperationInput>(format: Format) {
    let client = sound::<I>();
    if let Some(found) = smallest(cases::<I>(format), 1000, |case| run(&client, &case)) {
        panic!("{:?}", run(&client, &found));
    }
    if let Some(found) = smallest(bodies::<I>(format), 1000, |body| read(&client, &body)) {
        panic!("{:?}", read(&client, &found));
    }
}

#[test]
fn a_sound_client_passes() {
    for format in Format::ALL {
        sound_passes::<list_tasks::Input>(*format);
        sound_passes::<list_invocation_status::Input>(*format);
        sound_passes::<describe_task_info::Input>(*format);
    }
    sound_passes::<list_logical_cluster_tasks::Input>(Format::Json);
}

type ListTasks = Client<list_tasks::Input>;
type DescribeTaskInfo = Client<describe_task_info::Input>;
type DwsTasks = Client<list_logical_cluster_tasks::Input>;

/// The output after something was done to it.
fn spoilt<O: OperationOutput>(body: &[u8], format: Format, spoil: impl FnOnce(&mut O)) -> Result<O, String> {
    let mut output = O::decode(body, format, &Dialect::default()).map_err(|error| error.to_string())?;
    spoil(&mut output);
    Ok(output)
}

#[test]
fn reads_tasks_as_an_object() {
    let read = |body: &[u8], _: Format| {
        let mut value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        if !value["Tasks"].is_object() {
            return Err("Tasks is no object".to_owned());
        }
        value["Tasks"] = Value::Array(vec![value["Tasks"].take()]);
        serde_json::from_value(value).map_err(|error| error.to_string())
    };
    caught("reads Tasks as an object", Format::Json, ListTasks { read, ..sound() }, true);
}

#[test]
fn stops_at_the_first_page() {
    let ask = |input: &list_tasks::Input, format: Format| {
        list_tasks::Input { page_number: None, ..input.clone() }.request(format)
    };
    caught("stops at the first page", Format::Json, ListTasks { ask, ..sound() }, true);
}

#[test]
fn takes_total_count_for_the_tasks_of_the_page() {
    let read = |body: &[u8], format| {
        spoilt(body, format, |output: &mut list_tasks::Output| output.total_count = output.tasks.len() as u32)
    };
    caught("takes TotalCount for the page's", Format::Json, ListTasks { read, ..sound() }, true);
}

#[test]
fn treats_offset_as_rows() {
    let ask = |input: &list_logical_cluster_tasks::Input, _: Format| {
        let offset = input.offset.map(|page| page.saturating_mul(input.limit.unwrap_or(10)));
        list_logical_cluster_tasks::Input { offset, ..input.clone() }.request()
    };
    caught("treats offset as rows", Format::Json, DwsTasks { ask, ..sound() }, true);
}

#[test]
fn ignores_partial_fail() {
    let read = |body: &[u8], format| {
        spoilt(body, format, |output: &mut list_tasks::Output| {
            for task in output.tasks.iter_mut().filter(|task| task.status == Status::PartialFail) {
                task.status = Status::Success;
            }
        })
    };
    for format in Format::ALL {
        caught("ignores PartialFail", *format, ListTasks { read, ..sound() }, true);
    }
}

#[test]
fn loops_for_ever_on_an_unknown_status() {
    let read = |body: &[u8], format| {
        let output: list_tasks::Output = spoilt(body, format, |_| {})?;
        for _poll in 0..100 {
            let knows = |task: &list_tasks::TaskInfo| Status::KNOWN.contains(&task.status);
            if output.tasks.iter().all(knows) {
                return Ok(output);
            }
        }
        Err("it polls for ever".to_owned())
    };
    caught("loops on an unknown status", Format::Json, ListTasks { read, ..sound() }, false);
}

#[test]
fn takes_a_407_for_a_proxy() {
    let refused = |response: &Response, format| match response.status().as_u16() {
        407 => Err("the proxy asks for a password".to_owned()),
        _ => read_refusal(response, format),
    };
    for format in Format::ALL {
        caught("takes 407 for a proxy", *format, ListTasks { refused, ..sound() }, true);
    }
}

#[test]
fn decodes_the_string_fields_once_too_often() {
    let read = |body: &[u8], format| {
        let mut output: list_tasks::Output = spoilt(body, format, |_| {})?;
        for task in &mut output.tasks {
            task.request = serde_json::from_str(&format!("\"{}\"", task.request))
                .map_err(|error| format!("Request is not escaped: {error}"))?;
        }
        Ok(output)
    };
    for format in Format::ALL {
        caught("decodes strings once too often", *format, ListTasks { read, ..sound() }, true);
    }
}

#[test]
fn takes_the_wrapper_for_granted() {
    let read = |body: &[u8], _: Format| {
        let mut value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        serde_json::from_value(value["ListInvocationStatusResponse"].take()).map_err(|error| error.to_string())
    };
    caught(
        "takes the wrapper for granted",
        Format::Json,
        Client::<list_invocation_status::Input> { read, ..sound() },
        true,
    );
}

#[test]
fn drops_the_request_id() {
    let read = |body: &[u8], format| spoilt(body, format, |output: &mut list_tasks::Output| output.request_id.clear());
    caught("drops the request id", Format::Json, ListTasks { read, ..sound() }, true);
    let refused =
        |response: &Response, format| Ok(Refused { request_id: String::new(), ..read_refusal(response, format)? });
    for format in Format::ALL {
        caught("drops the request id of errors", *format, ListTasks { refused, ..sound() }, true);
    }
    let refused = |response: &Response, format| {
        let in_the_body = serde_json::from_slice::<Value>(response.body()).map_err(|error| error.to_string())?;
        let request_id = in_the_body["request_id"].as_str().unwrap_or("").to_owned();
        Ok(Refused { request_id, ..read_refusal(response, format)? })
    };
    let client = DwsTasks { refused, ..sound() };
    caught("looks for Huawei's request id in the body", Format::Json, client, true);
}

#[test]
fn compares_zone_less_times_as_utc() {
    let read = |body: &[u8], format| {
        spoilt(body, format, |output: &mut describe_task_info::Output| {
            for stage in &mut output.stages {
                let as_utc = format!("{}Z", stage.start_time.replace(' ', "T"));
                if let Ok(instant) = as_utc.parse::<taskmock::Timestamp>() {
                    stage.start_time = instant.datetime_china();
                }
            }
        })
    };
    for format in Format::ALL {
        caught("compares zone-less times as UTC", *format, DescribeTaskInfo { read, ..sound() }, true);
    }
}

#[test]
fn takes_milliseconds_for_seconds() {
    let read = |body: &[u8], format| {
        spoilt(body, format, |output: &mut describe_task_info::Output| {
            for event in &mut output.events {
                event.timestamp = event.timestamp.chars().take(10).collect();
            }
        })
    };
    caught("cuts milliseconds off", Format::Json, DescribeTaskInfo { read, ..sound() }, true);
}

#[test]
fn chokes_on_an_empty_list_and_on_a_list_of_one_in_xml() {
    let read = |body: &[u8], format| {
        let output: list_tasks::Output = spoilt(body, format, |_| {})?;
        if output.tasks.is_empty() { Err("there is no <Tasks>".to_owned()) } else { Ok(output) }
    };
    caught("chokes on an empty list in XML", Format::Xml, ListTasks { read, ..sound() }, true);
    let read = |body: &[u8], format| {
        let output: list_tasks::Output = spoilt(body, format, |_| {})?;
        if output.tasks.len() == 1 { Err("<Tasks> is no list".to_owned()) } else { Ok(output) }
    };
    caught("takes a list of one for an object", Format::Xml, ListTasks { read, ..sound() }, true);
}

#[test]
fn does_not_encode_what_it_asks() {
    let ask = |input: &list_tasks::Input, format: Format| {
        let request = list_tasks::Input { task_id: None, ..input.clone() }.request(format);
        let id = input.task_id.as_ref().map(|id| format!("&TaskId={id}")).unwrap_or_default();
        crate::support::get(&format!("{}{}", request.uri(), id.replace([' ', '"', '<', '>'], "_")))
    };
    caught("does not encode TaskId", Format::Json, ListTasks { ask, ..sound() }, false);
    let ask = |input: &list_tasks::Input, format: Format| {
        list_tasks::Input { page_size: input.page_size.map(|size| size.min(50)), ..input.clone() }.request(format)
    };
    caught("hides that a page size is refused", Format::Json, ListTasks { ask, ..sound() }, true);
}

#[test]
fn spoils_texts() {
    let read = |body: &[u8], format| {
        spoilt(body, format, |output: &mut list_tasks::Output| {
            output.tasks.iter_mut().for_each(|task| task.request = task.request.trim().to_owned());
        })
    };
    caught("trims texts", Format::Json, ListTasks { read, ..sound() }, false);
    let read = |body: &[u8], format| {
        let body: String = body.iter().map(|byte| char::from(*byte)).collect();
        spoilt(body.as_bytes(), format, |_: &mut list_tasks::Output| {})
    };
    caught("reads UTF-8 as Latin-1", Format::Xml, ListTasks { read, ..sound() }, true);
    let read = |body: &[u8], format| {
        spoilt(
            &body.escape_ascii().to_string().replace("\\\"", "\"").into_bytes(),
            format,
            |_: &mut list_tasks::Output| {},
        )
    };
    caught("escapes what it logs and reads the log", Format::Json, ListTasks { read, ..sound() }, true);
    let read = |body: &[u8], format| {
        let text = String::from_utf8_lossy(body).replace("&lt;", "&amp;lt;").replace("&#13;", "");
        spoilt(text.as_bytes(), format, |_: &mut list_tasks::Output| {})
    };
    caught("does not resolve references", Format::Xml, ListTasks { read, ..sound() }, true);
}

#[test]
fn reads_one_envelope_only() {
    let refused = |response: &Response, format| {
        let refused = read_refusal(response, format)?;
        let text = String::from_utf8_lossy(response.body());
        if text.contains("requestId") { Ok(refused) } else { Err("no requestId".to_owned()) }
    };
    let client = DescribeTaskInfo { refused, ..sound() };
    caught("knows the service's envelope only", Format::Json, client, true);
    let refused = |response: &Response, format| {
        let refused = read_refusal(response, format)?;
        if refused.status == 404 { Err("not found, so it is gone".to_owned()) } else { Ok(refused) }
    };
    caught("takes any 404 for a task that is gone", Format::Json, ListTasks { refused, ..sound() }, true);
}

#[test]
fn parses_an_end_that_is_not_there() {
    let read = |body: &[u8], format| {
        let output: list_logical_cluster_tasks::Output = spoilt(body, format, |_| {})?;
        let is_time = |text: &Option<String>| text.as_deref().is_some_and(|text| text.len() == 19);
        match output.logical_cluster_tasks.iter().all(|task| is_time(&task.end_time)) {
            true => Ok(output),
            false => Err("end_time is no time".to_owned()),
        }
    };
    caught("parses the end of a task that runs", Format::Json, DwsTasks { read, ..sound() }, true);
}

#[test]
fn is_caught_by_bodies() {
    type Read = fn(&[u8], Format) -> Result<list_tasks::Output, String>;
    let json: [(&str, Read); 5] = [
        ("takes a page of HTML for an empty list", |body, format| {
            Ok(spoilt(body, format, |_| {}).unwrap_or(list_tasks::Output {
                request_id: String::new(),
                page_number: 1,
                page_size: 10,
                total_count: 0,
                tasks: vec![],
            }))
        }),
        ("refuses fields that it does not know", |body, format| {
            match String::from_utf8_lossy(body).contains("Surprise") {
                true => Err("unknown field".to_owned()),
                false => spoilt(body, format, |_| {}),
            }
        }),
        ("puts replacement characters for what is not UTF-8", |body, format| {
            spoilt(String::from_utf8_lossy(body).as_bytes(), format, |_| {})
        }),
        ("makes up what is missing", |body, format| {
            let mut value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
            if value.get("TotalCount").is_none() {
                value["TotalCount"] = 0.into();
            }
            spoilt(value.to_string().as_bytes(), format, |_| {})
        }),
        ("reads the first value and no further", |body, _| {
            let mut values = serde_json::Deserializer::from_slice(body).into_iter();
            values.next().ok_or("nothing")?.map_err(|error| error.to_string())
        }),
    ];
    for (name, read) in json {
        caught_by_bodies(name, Format::Json, ListTasks { read, ..sound() }, "TaskId");
    }
    let xml: [(&str, Read); 3] = [
        ("takes an unknown status for success", |body, format| {
            spoilt(body, format, |output: &mut list_tasks::Output| {
                for task in output.tasks.iter_mut().filter(|task| !Status::KNOWN.contains(&task.status)) {
                    task.status = Status::Success;
                }
            })
        }),
        ("does not know character references", |body, format| match String::from_utf8_lossy(body).contains("&#x") {
            true => Err("unknown entity".to_owned()),
            false => spoilt(body, format, |_| {}),
        }),
        ("closes what was cut off", |body, format| {
            let text = String::from_utf8_lossy(body);
            let closed = if text.ends_with('>') { text.into_owned() } else { format!("{text}>") };
            spoilt(closed.as_bytes(), format, |_| {})
        }),
    ];
    for (name, read) in xml {
        caught_by_bodies(name, Format::Xml, ListTasks { read, ..sound() }, "<TaskId>");
    }
}
