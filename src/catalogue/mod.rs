//! The catalogue: for each operation its cases, written by hand, and its random cases.

mod ack;
mod dws;
mod ehpc;
mod gateway;
