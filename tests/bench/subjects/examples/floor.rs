//! The least that a process can do to serve Lambda: one connection, std alone,
//! no runtime, no parser. What it takes is the floor for everything else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

const API: &str = "/2018-06-01/runtime/invocation";

fn main() -> std::io::Result<()> {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API").map_err(std::io::Error::other)?;
    let stream = TcpStream::connect(&host)?;
    stream.set_nodelay(true)?;
    let mut connection = BufReader::new(stream);
    loop {
        let next = format!("GET {API}/next HTTP/1.1\r\nHost: {host}\r\n\r\n");
        connection.get_mut().write_all(next.as_bytes())?;
        let id = read(&mut connection)?;
        let answer = format!(
            "POST {API}/{id}/response HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        connection.get_mut().write_all(answer.as_bytes())?;
        read(&mut connection)?;
    }
}

/// Reads one answer and gives the request id in it.
fn read(connection: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut id = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        } else if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") {
            value.trim().clone_into(&mut id);
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(id)
}
