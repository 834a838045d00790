//! Respond: from a request to an answer.

use bytes::Bytes;

use super::faults::deliver;
use super::pages::Key;
use super::route::{Route, route, routes};
use super::{Backend, plain};
use crate::error_code::Refusal;
use crate::format::Format;
use crate::http::{Incoming, MAX_BODY, Outgoing};
use crate::operation::{Addressee, Call, Envelope, Operation, Protocol};
use crate::services::{self, Index, operations};

impl Backend {
    /// Answers a request, whoever holds its parts, and writes it down.
    pub(crate) fn answer(&mut self, request: &Incoming<'_>) -> Outgoing {
        let number = self.state.requests;
        self.state.requests = number.wrapping_add(1);
        let (operation, answer) = self.dispatch(request, number);
        let entry = self.request_log.record(request, self.now(), operation.map(|operation| operation.id), &answer);
        Outgoing { entry: Some(entry), ..answer }
    }

    /// Whether a request is for the control interface or an operation, so that the answer is not only that
    /// nobody knows it.
    #[cfg(feature = "connection")]
    pub(crate) fn is_ours(&self, request: &Incoming<'_>) -> bool {
        request.path.starts_with(super::control::PREFIX)
            || matches!(route(request, &self.state.dialect), Route::Call(_) | Route::Refused(_, Some(_), ..))
    }

    fn dispatch(&mut self, request: &Incoming<'_>, number: u64) -> (Option<&'static Operation>, Outgoing) {
        if request.body.len() > MAX_BODY {
            let sentence = format!("the body has {} bytes; at most {MAX_BODY} are read", request.body.len());
            return (None, plain(413, &sentence));
        }
        match route(request, &self.state.dialect) {
            Route::Call(call) => (Some(call.operation), self.call(request, &call, number)),
            Route::Refused(protocol, operation, format, refusal) => {
                let id = (protocol.request_id)(self.state.seed, number);
                let answer = self.refuse(protocol, operation, format, &refusal, id);
                (operation, answer.with_header("x-taskmock-routes", routes().join(", ")))
            }
            Route::Unknown => {
                let sentence = format!(
                    "{} {} is not a route of this mock; its routes are {}",
                    request.method,
                    request.path,
                    routes().join(", ")
                );
                (None, plain(404, &sentence))
            }
        }
    }

    /// The answer to a refused request, in the envelope of the layer that refuses.
    pub(super) fn refuse(
        &self,
        protocol: &'static Protocol,
        operation: Option<&'static Operation>,
        format: Format,
        refusal: &Refusal,
        request_id: String,
    ) -> Outgoing {
        // Without an operation a gateway answers for the first service behind it.
        let operation = operation.or_else(|| operations().find(|operation| operation.protocol() == protocol));
        let host = operation.map_or("", |operation| operation.service.host);
        let answer = (protocol.refuse)(refusal, &Envelope { format, dialect: &self.state.dialect, host, request_id });
        Outgoing { code: Some(refusal.code()), ..answer }
    }

    /// Answers a request that is for an operation, or lets it go wrong.
    fn call(&mut self, request: &Incoming<'_>, addressee: &Addressee<'_>, number: u64) -> Outgoing {
        let Some(hit) = self.hit(addressee) else { return self.ordinary(request, addressee, number) };
        let id = (addressee.operation.protocol().request_id)(self.state.seed, number);
        let answer = match self.instead(&hit.kind, addressee, &id) {
            None => self.ordinary(request, addressee, number),
            Some(answer) => {
                // The gateway remembers the nonce of a request that reached it, whatever it answers.
                #[cfg(feature = "signatures")]
                if hit.kind.reaches_gateway() {
                    self.denied(request, addressee, &id);
                }
                answer
            }
        };
        Outgoing { fault: Some(hit.id.0), ..deliver(&hit.kind, answer) }
    }

    /// Answers a request that is for an operation, as the cloud does.
    #[cfg_attr(not(feature = "signatures"), allow(unused_variables))]
    fn ordinary(&mut self, request: &Incoming<'_>, addressee: &Addressee<'_>, number: u64) -> Outgoing {
        let Addressee { operation, format, values } = addressee;
        let protocol = operation.protocol();
        let fresh_id = (protocol.request_id)(self.state.seed, number);
        #[cfg(feature = "signatures")]
        if let Some(answer) = self.denied(request, addressee, &fresh_id) {
            return answer;
        }
        let refuse =
            |backend: &Backend, refusal| backend.refuse(protocol, Some(operation), *format, &refusal, fresh_id.clone());
        let mut parameters = operation.parameters.iter().zip(values);
        if let Some((parameter, _)) = parameters.find(|(parameter, value)| parameter.required && value.is_none()) {
            return refuse(self, (protocol.missing)(operation.errors, parameter.name));
        }
        let given_id = self.state.request_ids.get(operation.id).and_then(|ids| ids.front().cloned());
        let id = given_id.as_ref().unwrap_or(&fresh_id);

        if self.index.is_none() {
            self.state.settle();
            self.index = Some(Index::of(&self.state));
        }
        // What changes the state is answered anew each time.
        let key = if operation.is_read() { Key::of(addressee) } else { None };
        if let Some(body) = key.as_ref().and_then(|key| self.pages.with_id(key, id)) {
            let answer = protocol.accept(*format, body, id);
            self.spend_given_id(operation);
            return answer;
        }
        let call = Call {
            operation,
            values,
            format: *format,
            dialect: &self.state.dialect,
            now: self.state.now(),
            request_id: id,
            fresh: self.state.fresh(),
        };
        match services::answer(&self.state, self.index.get_or_insert_default(), &call) {
            Ok(mut answered) => {
                let body = Bytes::from(std::mem::take(&mut answered.body.body));
                if let Some(key) = key {
                    self.pages.keep(key, &answered.body, &body, id);
                }
                let answer = protocol.accept(*format, body, id);
                self.spend_given_id(operation);
                self.apply(answered.effects);
                answer
            }
            Err(refusal) => refuse(self, refusal),
        }
    }

    /// Does to the state what an answer says. The ids that the answer drew are spent.
    fn apply(&mut self, effects: Vec<services::Effect>) {
        if effects.is_empty() {
            return;
        }
        self.state.submissions = self.state.submissions.wrapping_add(1);
        for effect in effects {
            self.add(|state| effect.apply(state));
        }
    }

    /// The refusal of a request that does not pass the gate.
    #[cfg(feature = "signatures")]
    fn denied(&mut self, request: &Incoming<'_>, addressee: &Addressee<'_>, id: &str) -> Option<Outgoing> {
        use super::credentials::admit;
        use crate::signature::Denial;

        if self.gate.is_open() {
            return None;
        }
        let operation = addressee.operation;
        let denied =
            admit(&mut self.gate, request, operation, self.signature_time.unwrap_or(self.state.now())).err()?;
        let answer = match denied.answer {
            Denial::Refusal(refusal) => {
                self.refuse(operation.protocol(), Some(operation), addressee.format, &refusal, id.to_owned())
            }
            Denial::NotVerified(sentence) => plain(501, &sentence),
        };
        Some(Outgoing { signature_diagnosis: denied.signature_diagnosis, ..answer })
    }

    /// A request id that the state gives goes to one success answer.
    fn spend_given_id(&mut self, operation: &Operation) {
        if let Some(ids) = self.state.request_ids.get_mut(operation.id) {
            ids.pop_front();
        }
    }
}
