//! Mutants: clients and servers with one bug each, of kinds seen in the field, and the sound client.

use serde_json::Value;
use taskmock::ack::describe_task_info;
use taskmock::dialect::Dialect;
use taskmock::dws::list_logical_cluster_tasks;
use taskmock::ehpc::{Status, add_nodes, list_invocation_status, list_tasks};
use taskmock::{Format, OperationInput, OperationOutput, Request, Response, ServiceError};

use crate::support::header;

/// A client in three pieces: what it asks, how it reads an answer, how it reads a refusal.
pub(crate) struct Client<I: OperationInput> {
    pub(crate) ask: fn(&I, Format) -> Request,
    pub(crate) read: fn(&[u8], Format) -> Result<I::Output, String>,
    pub(crate) refused: fn(&Response, Format) -> Result<ServiceError, String>,
}

impl<I: OperationInput> Clone for Client<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: OperationInput> Copy for Client<I> {}

pub(crate) fn sound<I: OperationInput>() -> Client<I> {
    Client {
        ask: |input, format| OperationInput::request(input, format),
        read: |body, format| I::Output::decode(body, format, &Dialect::default()).map_err(|error| error.to_string()),
        refused: read_refusal,
    }
}

/// The error of an SDK, out of any of the envelopes, by a reading of its own.
fn read_refusal(response: &Response, _: Format) -> Result<ServiceError, String> {
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
    Ok(ServiceError {
        status: response.status().as_u16(),
        code: field(&["Code", "code", "error_code"]).ok_or("no code")?,
        message: field(&["Message", "message", "error_msg"]).ok_or("no message")?,
        request_id: if id.is_empty() { field(&["RequestId", "requestId"]).ok_or("no id")? } else { id.to_owned() },
    })
}

/// A client with a bug.
pub(crate) struct Mutant<I: OperationInput> {
    pub(crate) name: &'static str,
    pub(crate) formats: &'static [Format],
    pub(crate) found: Found,
    pub(crate) client: Client<I>,
}

/// By what a bug is sure to be found within 256.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Found {
    /// By the catalogue.
    ByCases,
    /// By random cases alone as well.
    AtRandom,
    /// By bodies; the text that a task in one has once.
    ByBodies(&'static str),
}

use Found::{AtRandom, ByBodies, ByCases};

const JSON: &[Format] = &[Format::Json];
const XML: &[Format] = &[Format::Xml];
const BOTH: &[Format] = Format::ALL;

/// A client that asks wrongly.
fn asks<I: OperationInput>(
    name: &'static str,
    formats: &'static [Format],
    found: Found,
    ask: fn(&I, Format) -> Request,
) -> Mutant<I> {
    Mutant { name, formats, found, client: Client { ask, ..sound() } }
}

/// A client that reads answers wrongly.
fn reads<I: OperationInput>(
    name: &'static str,
    formats: &'static [Format],
    found: Found,
    read: fn(&[u8], Format) -> Result<I::Output, String>,
) -> Mutant<I> {
    Mutant { name, formats, found, client: Client { read, ..sound() } }
}

/// A client that reads refusals wrongly.
fn refuses<I: OperationInput>(
    name: &'static str,
    formats: &'static [Format],
    found: Found,
    refused: fn(&Response, Format) -> Result<ServiceError, String>,
) -> Mutant<I> {
    Mutant { name, formats, found, client: Client { refused, ..sound() } }
}

/// The output after something was done to it.
fn spoilt<O: OperationOutput>(body: &[u8], format: Format, spoil: impl FnOnce(&mut O)) -> Result<O, String> {
    let mut output = O::decode(body, format, &Dialect::default()).map_err(|error| error.to_string())?;
    spoil(&mut output);
    Ok(output)
}

/// A JSON body after something was done to its value.
fn bent<O: OperationOutput>(body: &[u8], bend: impl FnOnce(&mut Value)) -> Result<O, String> {
    let mut value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    bend(&mut value);
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// The refusal after something was done to it.
fn misread(response: &Response, format: Format, spoil: impl FnOnce(&mut ServiceError)) -> Result<ServiceError, String> {
    let mut refused = read_refusal(response, format)?;
    spoil(&mut refused);
    Ok(refused)
}

fn when<T>(is_right: bool, value: T, error: &str) -> Result<T, String> {
    if is_right { Ok(value) } else { Err(error.to_owned()) }
}

type ListTasks = list_tasks::Output;

pub(crate) fn of_list_tasks() -> Vec<Mutant<list_tasks::Input>> {
    vec![
        reads("reads Tasks as an object", JSON, AtRandom, |body, _| {
            let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
            when(value["Tasks"].is_object(), (), "Tasks is no object")?;
            bent(body, |value| value["Tasks"] = Value::Array(vec![value["Tasks"].take()]))
        }),
        asks("stops at the first page", JSON, AtRandom, |input, format| {
            list_tasks::Input { page_number: None, ..input.clone() }.request(format)
        }),
        reads("takes TotalCount for the page's", JSON, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut ListTasks| output.total_count = output.tasks.len() as u32)
        }),
        reads("ignores PartialFail", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut ListTasks| {
                for task in output.tasks.iter_mut().filter(|task| task.status == Status::PartialFail) {
                    task.status = Status::Success;
                }
            })
        }),
        reads("loops for ever on an unknown status", JSON, ByCases, |body, format| {
            let output: ListTasks = spoilt(body, format, |_| {})?;
            let knows = |task: &list_tasks::TaskInfo| Status::KNOWN.contains(&task.status);
            let ends = (0..100).any(|_poll| output.tasks.iter().all(knows));
            when(ends, output, "it polls for ever")
        }),
        refuses("takes a 407 for a proxy", BOTH, AtRandom, |response, format| {
            when(response.status() != 407, (), "the proxy asks for a password")?;
            read_refusal(response, format)
        }),
        reads("decodes strings once too often", BOTH, AtRandom, |body, format| {
            let mut output: ListTasks = spoilt(body, format, |_| {})?;
            for task in &mut output.tasks {
                task.request = serde_json::from_str(&format!("\"{}\"", task.request))
                    .map_err(|error| format!("Request is not escaped: {error}"))?;
            }
            Ok(output)
        }),
        reads("drops the request id", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut ListTasks| output.request_id.clear())
        }),
        refuses("drops the request id of errors", BOTH, AtRandom, |response, format| {
            misread(response, format, |refused| refused.request_id.clear())
        }),
        reads("chokes on an empty list", BOTH, AtRandom, |body, format| {
            let output: ListTasks = spoilt(body, format, |_| {})?;
            when(!output.tasks.is_empty(), output, "there is no <Tasks>")
        }),
        reads("takes a list of one for an object", XML, AtRandom, |body, format| {
            let output: ListTasks = spoilt(body, format, |_| {})?;
            when(output.tasks.len() != 1, output, "<Tasks> is no list")
        }),
        asks("does not encode TaskId", JSON, ByCases, |input, format| {
            let request = list_tasks::Input { task_id: None, ..input.clone() }.request(format);
            let id = input.task_id.as_ref().map(|id| format!("&TaskId={id}")).unwrap_or_default();
            crate::support::get(&format!("{}{}", request.uri(), id.replace([' ', '"', '<', '>'], "_")))
        }),
        asks("hides that a page size is refused", JSON, AtRandom, |input, format| {
            list_tasks::Input { page_size: input.page_size.map(|size| size.min(50)), ..input.clone() }.request(format)
        }),
        reads("trims texts", JSON, ByCases, |body, format| {
            spoilt(body, format, |output: &mut ListTasks| {
                output.tasks.iter_mut().for_each(|task| task.request = task.request.trim().to_owned());
            })
        }),
        reads("reads UTF-8 as Latin-1", XML, AtRandom, |body, format| {
            let body: String = body.iter().map(|byte| char::from(*byte)).collect();
            spoilt(body.as_bytes(), format, |_| {})
        }),
        reads("escapes what it logs and reads the log", JSON, AtRandom, |body, format| {
            spoilt(body.escape_ascii().to_string().replace("\\\"", "\"").as_bytes(), format, |_| {})
        }),
        reads("does not resolve references", XML, AtRandom, |body, format| {
            let text = String::from_utf8_lossy(body).replace("&lt;", "&amp;lt;").replace("&#13;", "");
            spoilt(text.as_bytes(), format, |_| {})
        }),
        refuses("takes any 404 for a task that is gone", JSON, AtRandom, |response, format| {
            when(response.status() != 404, (), "not found, so it is gone")?;
            read_refusal(response, format)
        }),
        asks("shows running tasks only", BOTH, AtRandom, |input, format| {
            list_tasks::Input { archived: None, ..input.clone() }.request(format)
        }),
        reads("takes a page of HTML for an empty list", JSON, ByBodies("TaskId"), |body, format| {
            Ok(spoilt(body, format, |_| {}).unwrap_or(ListTasks {
                request_id: String::new(),
                page_number: 1,
                page_size: 10,
                total_count: 0,
                tasks: vec![],
            }))
        }),
        reads("refuses fields that it does not know", JSON, ByBodies("TaskId"), |body, format| {
            when(!String::from_utf8_lossy(body).contains("Surprise"), (), "unknown field")?;
            spoilt(body, format, |_| {})
        }),
        reads("puts replacement characters for what is not UTF-8", JSON, ByBodies("TaskId"), |body, format| {
            spoilt(String::from_utf8_lossy(body).as_bytes(), format, |_| {})
        }),
        reads("makes up what is missing", JSON, ByBodies("TaskId"), |body, _| {
            bent(body, |value| {
                if value.is_object() && value.get("TotalCount").is_none() {
                    value["TotalCount"] = 0.into();
                }
            })
        }),
        reads("reads the first value and no further", JSON, ByBodies("TaskId"), |body, _| {
            let mut values = serde_json::Deserializer::from_slice(body).into_iter();
            values.next().ok_or("nothing")?.map_err(|error| error.to_string())
        }),
        reads("takes an unknown status for success", XML, ByBodies("<TaskId>"), |body, format| {
            spoilt(body, format, |output: &mut ListTasks| {
                for task in output.tasks.iter_mut().filter(|task| !Status::KNOWN.contains(&task.status)) {
                    task.status = Status::Success;
                }
            })
        }),
        reads("does not know character references", XML, ByBodies("<TaskId>"), |body, format| {
            when(!String::from_utf8_lossy(body).contains("&#x"), (), "unknown entity")?;
            spoilt(body, format, |_| {})
        }),
        reads("closes what was cut off", XML, ByBodies("<TaskId>"), |body, format| {
            let text = String::from_utf8_lossy(body);
            let closed = if text.ends_with('>') { text.into_owned() } else { format!("{text}>") };
            spoilt(closed.as_bytes(), format, |_| {})
        }),
    ]
}

pub(crate) fn of_list_invocation_status() -> Vec<Mutant<list_invocation_status::Input>> {
    type Output = list_invocation_status::Output;
    vec![
        reads("takes the wrapper for granted", JSON, AtRandom, |body, _| {
            bent(body, |value| *value = value.get("ListInvocationStatusResponse").cloned().unwrap_or_default())
        }),
        reads("knows Finished only", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut Output| {
                for node in &mut output.invoke_instances {
                    node.instance_invoke_status = taskmock::ehpc::InvokeStatus::Finished;
                }
            })
        }),
        reads("takes the worst node for the whole", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut Output| {
                if let Some(node) = output.invoke_instances.first() {
                    output.invoke_status = node.instance_invoke_status.clone();
                }
            })
        }),
        reads("drops the last node", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut Output| drop(output.invoke_instances.pop()))
        }),
        reads("takes a command that is done for one that is gone", BOTH, AtRandom, |body, format| {
            let output: Output = spoilt(body, format, |_| {})?;
            when(output.invoke_status != taskmock::ehpc::InvokeStatus::Finished, output, "it is gone")
        }),
        refuses("drops the message of errors", BOTH, AtRandom, |response, format| {
            misread(response, format, |refused| refused.message.clear())
        }),
    ]
}

pub(crate) fn of_add_nodes() -> Vec<Mutant<add_nodes::Input>> {
    type Output = add_nodes::Output;
    vec![
        reads("takes the id of the request for that of the task", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut Output| output.task_id.clone_from(&output.request_id))
        }),
        reads("drops the last node", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut Output| drop(output.instance_ids.pop()))
        }),
        asks("asks for one node, however many are wanted", BOTH, AtRandom, |input, format| {
            add_nodes::Input { count: input.count.map(|_| 1), ..input.clone() }.request(format)
        }),
        refuses("drops the message of errors", BOTH, AtRandom, |response, format| {
            misread(response, format, |refused| refused.message.clear())
        }),
    ]
}

pub(crate) fn of_describe_task_info() -> Vec<Mutant<describe_task_info::Input>> {
    type Output = describe_task_info::Output;
    vec![
        reads("compares zone-less times as UTC", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut Output| {
                for stage in &mut output.stages {
                    let as_utc = format!("{}Z", stage.start_time.replace(' ', "T"));
                    if let Ok(instant) = as_utc.parse::<taskmock::Timestamp>() {
                        stage.start_time = instant.datetime_china();
                    }
                }
            })
        }),
        reads("cuts milliseconds off", JSON, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut Output| {
                for event in &mut output.events {
                    event.timestamp = event.timestamp.chars().take(10).collect();
                }
            })
        }),
        reads("drops the error of a task", BOTH, AtRandom, |body, format| {
            spoilt(body, format, |output: &mut Output| output.error = None)
        }),
        reads("takes a task that runs for one that waits", BOTH, AtRandom, |body, format| {
            let output: Output = spoilt(body, format, |_| {})?;
            when(output.state != taskmock::ack::TaskState::Running, output, "not yet")
        }),
        refuses("knows the service's envelope only", JSON, AtRandom, |response, format| {
            when(String::from_utf8_lossy(response.body()).contains("requestId"), (), "no requestId")?;
            read_refusal(response, format)
        }),
    ]
}

pub(crate) fn of_list_logical_cluster_tasks() -> Vec<Mutant<list_logical_cluster_tasks::Input>> {
    type Output = list_logical_cluster_tasks::Output;
    vec![
        asks("treats offset as rows", JSON, AtRandom, |input, _| {
            let offset = input.offset.map(|page| page.saturating_mul(input.limit.unwrap_or(10)));
            list_logical_cluster_tasks::Input { offset, ..input.clone() }.request()
        }),
        reads("knows no task that failed without a log", JSON, ByCases, |body, format| {
            let output: Output = spoilt(body, format, |_| {})?;
            let ended =
                |task: &list_logical_cluster_tasks::LogicalClusterTaskInfo| task.end_time.as_deref() != Some("");
            let has_log = |task: &list_logical_cluster_tasks::LogicalClusterTaskInfo| task.log.as_deref() != Some("");
            let sound = output.logical_cluster_tasks.iter().all(|task| !ended(task) || has_log(task));
            when(sound, output, "it ended without a word")
        }),
        refuses("looks for Huawei's request id in the body", JSON, AtRandom, |response, format| {
            let in_the_body = serde_json::from_slice::<Value>(response.body()).map_err(|error| error.to_string())?;
            let request_id = in_the_body["request_id"].as_str().unwrap_or("").to_owned();
            misread(response, format, |refused| refused.request_id = request_id)
        }),
        reads("parses the end of a task that runs", JSON, AtRandom, |body, format| {
            let output: Output = spoilt(body, format, |_| {})?;
            let is_time = |text: &Option<String>| text.as_deref().is_some_and(|text| text.len() == 19);
            let ended = output.logical_cluster_tasks.iter().all(|task| is_time(&task.end_time));
            when(ended, output, "end_time is no time")
        }),
    ]
}

/// Clients whose bug shows only where there are two tasks.
#[cfg(feature = "conformance")]
pub(crate) fn of_filters() -> Vec<Mutant<list_logical_cluster_tasks::Input>> {
    vec![asks("does not filter by name", JSON, AtRandom, |input, _| {
        list_logical_cluster_tasks::Input { logical_cluster_name: None, ..input.clone() }.request()
    })]
}

/// Clients of any operation that make something else of certain texts, or of certain lists.
#[cfg(feature = "conformance")]
pub(crate) fn of_values<I: OperationInput>() -> Vec<Mutant<I>> {
    vec![
        reads("keeps ASCII only", BOTH, ByCases, |body, format| {
            texts(body, format, |text| text.chars().filter(char::is_ascii).filter(|c| !c.is_control()).collect())
        }),
        reads("trims texts and joins their lines", BOTH, ByCases, |body, format| {
            texts(body, format, |text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        }),
        reads("decodes what is decoded", BOTH, ByCases, |body, format| {
            texts(body, format, |text| {
                let text = text.replace("&amp;", "&").replace("&lt;", "<").replace("\\\\", "\\").replace("\\n", "\n");
                text.replace("%25", "%").replace("%20", " ").replace("%41", "A")
            })
        }),
        reads("strips what looks like markup", BOTH, ByCases, |body, format| {
            texts(body, format, |text| text.replace(['<', '>', '&'], ""))
        }),
        reads("takes texts for YAML", BOTH, ByCases, |body, format| {
            texts(body, format, |text| match text {
                "null" | "true" | "false" | "no" | "NaN" | "" => "~".to_owned(),
                text => text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string()),
            })
        }),
        reads("takes texts for JSON", BOTH, ByCases, |body, format| {
            texts(body, format, |text| match serde_json::from_str::<Value>(text) {
                Ok(Value::Object(_) | Value::Array(_)) => "[object Object]".to_owned(),
                Ok(_) => "~".to_owned(),
                Err(_) if text.parse::<f64>().is_ok() => "~".to_owned(),
                Err(_) => text.to_owned(),
            })
        }),
        reads("cuts long texts", BOTH, ByCases, |body, format| {
            texts(body, format, |text| text.chars().take(255).collect())
        }),
        reads("takes an empty list for an error", BOTH, ByCases, |body, format| {
            let has_empty_list = |value: &Value| value.to_string().contains("[]");
            let value = value_of_body::<I>(body, format)?;
            let only_lists = value.as_object().into_iter().flatten().any(|(_, value)| has_empty_list(value));
            when(!only_lists, value, "there is nothing")
                .and_then(|value| serde_json::from_value(value).map_err(|error| error.to_string()))
        }),
        reads("keeps fifty items of a list", BOTH, ByCases, |body, format| {
            changed(body, format, |value| {
                if let Value::Array(items) = value {
                    items.truncate(49);
                }
            })
        }),
        reads("sorts lists", BOTH, ByCases, |body, format| {
            changed(body, format, |value| {
                if let Value::Array(items) = value {
                    items.sort_by_key(ToString::to_string);
                }
            })
        }),
        reads("takes the week's year for the year", BOTH, ByCases, |body, format| {
            texts(body, format, |text| text.replace("2023-12-31", "2024-12-31").replace("-01-01", "-12-01"))
        }),
        reads("knows no 29 February", BOTH, ByCases, |body, format| {
            texts(body, format, |text| text.replace("-02-29", "-03-01"))
        }),
        reads("has summer time", BOTH, ByCases, |body, format| {
            texts(body, format, |text| match text.get(4..8) {
                Some("-04-" | "-05-" | "-06-" | "-07-" | "-08-" | "-09-") => text.replace(':', "."),
                _ => text.to_owned(),
            })
        }),
        refuses("shows what is wrong in another way", BOTH, ByCases, |response, format| {
            misread(response, format, |refused| refused.code = refused.code.to_lowercase())
        }),
    ]
}

#[cfg(feature = "conformance")]
fn value_of_body<I: OperationInput>(body: &[u8], format: Format) -> Result<Value, String> {
    let output = I::Output::decode(body, format, &Dialect::default()).map_err(|error| error.to_string())?;
    serde_json::to_value(output).map_err(|error| error.to_string())
}

/// An output after something was done to each of its texts but for its request id.
#[cfg(feature = "conformance")]
fn texts<O: OperationOutput>(body: &[u8], format: Format, change: fn(&str) -> String) -> Result<O, String> {
    changed(body, format, move |value| {
        if let Value::String(text) = value {
            *text = change(text);
        }
    })
}

/// An output after something was done to each value in it.
#[cfg(feature = "conformance")]
fn changed<O: OperationOutput>(body: &[u8], format: Format, change: impl Fn(&mut Value)) -> Result<O, String> {
    fn walk(value: &mut Value, change: &impl Fn(&mut Value)) {
        change(value);
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, change)),
            Value::Object(fields) => fields.values_mut().for_each(|field| walk(field, change)),
            _ => {}
        }
    }
    let output = O::decode(body, format, &Dialect::default()).map_err(|error| error.to_string())?;
    let mut value = serde_json::to_value(output).map_err(|error| error.to_string())?;
    walk(&mut value, &change);
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// A server: it may spoil the request, the backend or the response.
#[cfg(feature = "conformance")]
type Server = fn(&mut taskmock::Backend, &Request) -> Response;

/// Servers with a bug.
#[cfg(feature = "conformance")]
pub(crate) const SERVERS: &[(&str, Server)] = &[
    ("answers a call that starts a task and starts none", |backend, request| {
        let before = backend.state().ehpc.clone();
        let response = backend.respond(request);
        backend.state_mut().ehpc = before;
        response
    }),
    ("starts a task although it refuses", |backend, request| {
        let response = backend.respond(request);
        if !response.status().is_success() {
            backend.submit(taskmock::ehpc::Task::new("c", taskmock::ehpc::TaskType::AddComputes));
        }
        response
    }),
    ("looks at Archived although a TaskId makes it void", |backend, request| {
        let target = request.uri().to_string();
        let is_void = target.contains("TaskId=") && target.contains("Archived=yes");
        respond_to(backend, request, &if is_void { target.replace("TaskId=", "Ignored=") } else { target })
    }),
    ("clamps what is out of bounds", |backend, request| {
        let target = request.uri().to_string();
        let clamped = [("PageSize=51", "PageSize=50"), ("PageNumber=0", "PageNumber=1"), ("limit=0", "limit=1")]
            .iter()
            .fold(target, |target, (wrong, right)| target.replace(wrong, right));
        respond_to(backend, request, &clamped)
    }),
    ("counts from 0 where pages count from 1", |backend, request| {
        let target = request.uri().to_string().replace("PageNumber=2", "PageNumber=3");
        respond_to(backend, request, &target)
    }),
    ("takes offset for rows", |backend, request| {
        backend.state_mut().dialect.set("offset=row").expect("a switch");
        backend.respond(request)
    }),
    ("says the items of the page for the total", |backend, request| {
        with_body(backend.respond(request), |body| {
            body.replace("\"TotalCount\":23", "\"TotalCount\":10")
                .replace("\"count\":23", "\"count\":10")
                .replace("<TotalCount>23<", "<TotalCount>10<")
        })
    }),
    ("answers every refusal with 400", |backend, request| {
        let mut response = backend.respond(request);
        if response.status().is_client_error() || response.status().is_server_error() {
            *response.status_mut() = http::StatusCode::BAD_REQUEST;
        }
        response
    }),
    ("words every refusal in its own way", |backend, request| {
        let response = backend.respond(request);
        match response.status().is_success() {
            true => response,
            false => with_body(response, |body| {
                body.replace("essage\":\"", "essage\":\"Sorry. ")
                    .replace("essage>", "essage>Sorry. ")
                    .replace("error_msg\":\"", "error_msg\":\"Sorry. ")
            }),
        }
    }),
    ("gives every request the same id", |backend, request| {
        let mut response = backend.respond(request);
        for name in ["x-acs-request-id", "x-request-id"] {
            if response.headers().contains_key(name) {
                response.headers_mut().insert(name, http::HeaderValue::from_static("1"));
            }
        }
        response
    }),
    ("says text/plain", |backend, request| {
        let mut response = backend.respond(request);
        response.headers_mut().insert("content-type", http::HeaderValue::from_static("text/plain"));
        response
    }),
    ("rounds parts of a second up", |backend, request| {
        backend.state_mut().dws.tasks.iter_mut().for_each(|task| {
            task.started = task.started.map(|at| at.after(std::time::Duration::from_millis(999)));
        });
        backend.respond(request)
    }),
    ("loses the newest task", |backend, request| {
        let state = backend.state_mut();
        state.dws.tasks.pop();
        state.ack.tasks.pop();
        backend.respond(request)
    }),
    ("is a second ahead", |backend, request| {
        backend.advance(std::time::Duration::from_secs(1));
        backend.respond(request)
    }),
    ("is a second behind", |backend, request| {
        let second = std::time::Duration::from_secs(1);
        let state = backend.state_mut();
        state.clock =
            taskmock::Timestamp::from_unix_millis(state.now().unix_millis() - second.as_millis() as i64).into();
        backend.respond(request)
    }),
    ("answers with an empty body", |backend, request| {
        let mut response = backend.respond(request);
        *response.body_mut() = Default::default();
        response
    }),
];

#[cfg(feature = "conformance")]
fn respond_to(backend: &mut taskmock::Backend, request: &Request, target: &str) -> Response {
    let mut request = request.clone();
    *request.uri_mut() = target.parse().expect("a target");
    backend.respond(&request)
}

#[cfg(feature = "conformance")]
fn with_body(mut response: Response, change: impl FnOnce(String) -> String) -> Response {
    let body = String::from_utf8_lossy(response.body()).into_owned();
    *response.body_mut() = change(body).into();
    response
}
