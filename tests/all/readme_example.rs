use std::io::{Read, Write};
use std::time::Duration;
use taskmock::MockServer;
use taskmock::ehpc::{Ending, Task, TaskType};

#[test]
fn my_client_sees_a_task_fail() {
    let server = MockServer::start();
    let task = Task::new("ehpc-hz-FYUr32****", TaskType::AddComputes)
        .steps(4)
        .takes(Duration::from_secs(60))
        .ends(Ending::Fail);
    let task_id = server.submit(task);
    server.arm("ehpc.list_tasks", "ServiceUnavailable", 1); // the next call gets a 503

    // Your client goes here; this is a bare one.
    let list_tasks = || {
        let mut stream = std::net::TcpStream::connect(server.address()).unwrap();
        write!(
            stream,
            "GET /?Action=ListTasks&Format=JSON&ClusterId=ehpc-hz-FYUr32****&TaskId={task_id} \
                        HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            server.address()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(list_tasks().starts_with("HTTP/1.1 503"));
    assert!(list_tasks().contains(r#""Status":"Processing""#));
    server.advance(Duration::from_secs(60)); // nothing sleeps
    assert!(list_tasks().contains(r#""Status":"Fail""#));
    assert_eq!(server.count("ehpc.list_tasks"), 3);
}
