use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use taskmock::ehpc::{Task, TaskType};
use taskmock::{Fault, MockServer};

#[test]
fn my_client_sees_a_task_fail() -> std::io::Result<()> {
    let server = MockServer::start();
    let task = Task::new("ehpc-hz-FYUr32****", TaskType::AddComputes).takes(Duration::from_secs(60)).fails("no stock");
    let task_id = server.submit(task);
    server.inject(Fault::error("ServiceUnavailable").on("ehpc.list_tasks")); // the next call gets a 503

    assert!(list_tasks(&server, &task_id)?.starts_with("HTTP/1.1 503"));
    assert!(list_tasks(&server, &task_id)?.contains(r#""Status":"Processing""#));
    server.advance(Duration::from_secs(60)); // nothing sleeps
    assert!(list_tasks(&server, &task_id)?.contains(r#""Status":"Fail""#));
    assert_eq!(server.count("ehpc.list_tasks"), 3);
    Ok(())
}

/// In place of your client, which is given `server.base_url()` as its endpoint.
fn list_tasks(server: &MockServer, task_id: &str) -> std::io::Result<String> {
    let query = format!("Action=ListTasks&Format=JSON&ClusterId=ehpc-hz-FYUr32****&TaskId={task_id}");
    let mut stream = TcpStream::connect(server.address())?;
    write!(stream, "GET /?{query} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
