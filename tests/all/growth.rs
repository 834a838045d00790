//! Every reader takes time that grows with its input and not with the square of it: four times the
//! input takes less than ten times as long.

use std::time::{Duration, Instant};

use taskmock::dialect::Dialect;
use taskmock::{Backend, Format, JsonText, State, ack, ehpc};

/// The shortest of several times, which has the least of what else the machine does.
fn quickest(work: &dyn Fn(usize), size: usize) -> Duration {
    let times = (0..5).map(|_| {
        let started = Instant::now();
        work(size);
        started.elapsed()
    });
    times.min().unwrap_or_default()
}

/// Its name, a size of input, and what reads input of a size.
type Reader<'a> = (&'a str, usize, &'a dyn Fn(usize));

#[test]
fn four_times_the_input_takes_less_than_ten_times_as_long() {
    let xml = |body: String| {
        let _ = ehpc::list_tasks::Output::decode(body.as_bytes(), Format::Xml, &Dialect::default());
        let _ = ack::describe_task_info::Output::decode(body.as_bytes(), Format::Xml, &Dialect::default());
    };
    let distinct = move |name: &str, size: usize| {
        let children: String = (0..size).map(|number| format!("<{name}{number}/>")).collect();
        xml(format!("<ListTasksResponse>{children}</ListTasksResponse>"));
        xml(format!("<ListTasksResponse><Tasks><TaskInfo>{children}</TaskInfo></Tasks></ListTasksResponse>"));
    };
    let form = |form: String| {
        let request = http::Request::post("/?Action=ListTasks&Version=2018-04-12");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.into());
        Backend::documents().respond(&request.expect("a request"));
    };
    let readers: &[Reader<'_>] = &[
        ("distinct children", 4000, &|size| distinct("a", size)),
        ("children of one name", 10_000, &|size| {
            xml(format!("<ListTasksResponse>{}</ListTasksResponse>", "<Tasks/>".repeat(size)));
        }),
        ("entities", 20_000, &|size| {
            let text = "&amp;".repeat(size);
            xml(format!("<ListTasksResponse><RequestId>{text}</RequestId></ListTasksResponse>"));
        }),
        ("elements that are not closed", 10_000, &|size| xml("<a></a><a>".repeat(size))),
        ("JSON text", 20_000, &|size| {
            let _ = serde_json::from_str::<JsonText>(&format!(
                "{{\"a\" : \"{}\", \"b\": {}1{}}}",
                "\\\\ ".repeat(size),
                "[ ".repeat(size),
                "]".repeat(size)
            ));
        }),
        ("JSON text in a string", 20_000, &|size| {
            let dialect = Dialect { escape_depth: taskmock::dialect::EscapeDepth::Two, ..Dialect::default() };
            let text = "\\\\\\\"".repeat(size);
            let body = format!("{{\"Tasks\": [{{\"Request\": \"{text}\"}}]}}");
            let _ = ehpc::list_tasks::Output::decode(body.as_bytes(), Format::Json, &dialect);
        }),
        ("parameters", 10_000, &|size| {
            form((0..size).map(|number| format!("a{number}=%20&")).collect());
        }),
        ("one parameter", 20_000, &|size| form(format!("ClusterId={}", "%C3%A9=".repeat(size / 2)))),
        ("a state with an error at its end", 500, &|size| {
            let task = r#"{"task_id": "a", "cluster_id": "c", "task_type": "StopCluster"},"#.repeat(size);
            let _ = State::from_json(&format!("{{\"ehpc\": {{\"tasks\": [{task}7]}}}}"));
        }),
        ("a key of many steps", 20_000, &|size| {
            let _ = State::from_json(&format!("{{\"{}\": 1}}", "a.b[".repeat(size)));
        }),
    ];
    for (name, size, work) in readers {
        let (once, four_times) = (quickest(work, *size), quickest(work, 4 * size));
        assert!(four_times < once * 10 + Duration::from_millis(5), "{name}: {once:?}, then {four_times:?}");
    }
}
