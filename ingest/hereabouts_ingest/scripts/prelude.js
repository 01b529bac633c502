// Evaluated first in every fresh context. Its value is three functions: `begin(given)` before the script is loaded, then
// `finish(found, most)` with the function that it defines, or `broken(error)` where it cannot be loaded. The last two
// always return a text of JSON: {"data": ...}, {"error": "..."}, {"broken": "..."} or {"killed": "..."}.
//
// Everything that a script could have changed is taken here, before it runs. What it can still do (getters, proxies,
// toString, toJSON) happens inside these functions, so inside its limits.
(function () {
  "use strict";
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { isFinite } = Number;
  const asText = String;
  const UNSAYABLE = "an error that cannot be shown";
  const RealDate = Date;
  const OutOfBounds = RangeError;
  const EngineError = InternalError;

  const FUNCTIONS = "decodeUplink(input), Decode(fPort, bytes, variables) and Decoder(bytes, port)";

  const CALLS = {
    decodeUplink: (decode, input) => decode(input),
    Decode: (decode, input) => decode(input.fPort, input.bytes, input.variables),
    Decoder: (decode, input) => decode(input.bytes, input.fPort),
  };

  // A frame read again gives the same values: the clock stands at the time of the frame, and chance is none.
  function standStill(at) {
    const Standing = new Proxy(RealDate, {
      construct: (target, parts, self) => Reflect.construct(target, parts.length ? parts : [at], self),
      apply: () => asText(new RealDate(at)),
    });
    RealDate.now = () => at;
    RealDate.prototype.constructor = Standing;
    globalThis.Date = Standing;
    Math.random = () => 0.5;
    delete globalThis.performance;
    const silent = () => undefined;
    globalThis.console = { log: silent, info: silent, warn: silent, error: silent, debug: silent };
  }

  // JSON has no such numbers and would say null, which means "not there"; as texts they are refused by name.
  function plain(_name, value) {
    if (typeof value === "bigint") return asText(value);
    return typeof value === "number" && !isFinite(value) ? asText(value) : value;
  }

  function said(kind, what) {
    return stringify({ [kind]: asText(what) });
  }

  // What went wrong, with its line where that is one of the script's.
  function fault(kind, error, inScript) {
    let where = "";
    try {
      if (error === null || error instanceof EngineError) return said("killed", "memory"); // null: no room for an error
      if (error instanceof OutOfBounds && error.message === "Maximum call stack size exceeded") {
        return said("killed", "stack");
      }
      const line = inScript && /<input>:(\d+)/.exec(error.stack);
      if (line) where = ` (line ${line[1]})`;
    } catch {}
    let text;
    try {
      text = asText(error) + where;
    } catch {
      text = UNSAYABLE;
    }
    return said(kind, text);
  }

  function refusalOf(data) {
    if (isArray(data)) return "a list";
    if (typeof data !== "object") return `a ${typeof data}`;
    return typeof data.then === "function" ? "a promise" : null;
  }

  function answer(style, result, most) {
    let data = result;
    if (style === "decodeUplink") {
      if (result === undefined || result === null) return said("error", "decodeUplink returned nothing");
      const { errors } = result;
      if (errors && errors.length) return said("error", isArray(errors) ? errors.join("; ") : errors);
      data = refusalOf(result) ? result : result.data;
    }
    if (data === undefined || data === null) return '{"data":{}}';
    const other = refusalOf(data);
    if (other) return said("error", `the script returned ${other} where an object of fields is needed`);
    const text = stringify(data, plain);
    if (typeof text !== "string" || text[0] !== "{") return said("error", "the script returned no object of fields");
    return text.length > most ? said("killed", "output") : `{"data":${text}}`;
  }

  let input = null;

  // `given` is the frame as JSON, or null to see only whether the script can be loaded.
  function begin(given) {
    const frame = parse(given);
    standStill(frame === null ? 0 : frame.at);
    if (frame === null) return;
    input = { bytes: frame.bytes, fPort: frame.fPort, recvTime: new RealDate(frame.at), variables: {} };
  }

  // `found` is the decoding function with its name, as engine.py looks it up; `most` characters may come back.
  function finish(found, most) {
    if (!found) return said("broken", `it has none of the functions ${FUNCTIONS}`);
    if (input === null) return stringify({ data: { entry: found[0] } });
    let result;
    try {
      result = CALLS[found[0]](found[1], input);
    } catch (error) {
      return fault("error", error, true);
    }
    try {
      return answer(found[0], result, +most);
    } catch (error) {
      return fault("error", error, false);
    }
  }

  return { begin, finish, broken: (error) => fault("broken", error, true) };
})();
