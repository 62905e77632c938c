//! One connection to the engine: commands go out in one write, and as many answers are waited for.
//!
//! Invariant: behind a fault a connection is not used any more, so no answer is ever taken for that of another command.

use std::time::Duration;

use redis::{Cmd, Value};

use super::address::EngineAddress;
use super::fault::EngineFault;
use crate::limits::LOG_PATIENCE;

pub(super) struct RedisConnection(redis::Connection);

impl RedisConnection {
    /// Connects and logs in, and waits for each answer for `patience` from then on.
    pub(super) fn open(address: &EngineAddress, patience: Duration) -> Result<RedisConnection, EngineFault> {
        let client = redis::Client::open(address.connection.clone())?;
        let connection = client.get_connection_with_timeout(LOG_PATIENCE)?;
        connection.set_read_timeout(Some(patience))?;
        connection.set_write_timeout(Some(LOG_PATIENCE))?;
        Ok(RedisConnection(connection))
    }

    /// Has these commands carried out. Gives an answer for each, which may be that it was refused.
    pub(super) fn ask_each(
        &mut self,
        commands: &[RedisCommand],
    ) -> Result<Vec<Result<Value, EngineFault>>, EngineFault> {
        let mut packed = Vec::new();
        commands.iter().for_each(|command| command.cmd.write_packed_command(&mut packed));
        self.0.send_packed_command(&packed)?;
        commands.iter().map(|command| self.answer(command.name)).collect()
    }

    /// Has these commands carried out, all of which have to be.
    pub(super) fn ask<const N: usize>(
        &mut self,
        commands: [RedisCommand; N],
    ) -> Result<[Value; N], EngineFault> {
        let answers: Result<Vec<Value>, EngineFault> = self.ask_each(&commands)?.into_iter().collect();
        answers?.try_into().map_err(|_| EngineFault::Shape)
    }

    /// Sends what is packed already, so many commands of that name, and waits until all of them are carried out.
    pub(super) fn run(&mut self, packed: &[u8], name: &'static str, count: usize) -> Result<(), EngineFault> {
        self.0.send_packed_command(packed)?;
        (0..count).try_for_each(|_| self.answer(name)?.map(drop))
    }

    /// The next answer.
    fn answer(&mut self, name: &'static str) -> Result<Result<Value, EngineFault>, EngineFault> {
        Ok(match self.0.recv_response()? {
            Value::ServerError(error) => Err(EngineFault::said(&error, name)),
            value => Ok(value),
        })
    }
}

/// Arguments, and bytes of them, for which a command has room at once: more than those have that each read takes. Without it they are moved
/// eleven times for each read.
const ARGUMENTS: usize = 10;
const ARGUMENTS_BYTES: usize = 128;

/// A command, and the name by which an administrator allows it.
pub(super) struct RedisCommand {
    name: &'static str,
    cmd: Cmd,
}

impl RedisCommand {
    /// That command, whose name may be of two words, without arguments.
    pub(super) fn new(name: &'static str) -> RedisCommand {
        RedisCommand { name, cmd: Cmd::with_capacity(ARGUMENTS, ARGUMENTS_BYTES) }.arg(name)
    }

    #[must_use]
    pub(super) fn arg(mut self, argument: impl redis::ToRedisArgs) -> RedisCommand {
        self.cmd.arg(argument);
        self
    }

    pub(super) fn pack(&self, into: &mut Vec<u8>) {
        self.cmd.write_packed_command(into);
    }
}
