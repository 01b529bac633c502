// In the style of The Things Stack: decodeUplink(input), errors and warnings, old language, a log on port 3.
var SIZES = { 1: 2, 2: 1, 3: 2 };

function signed16(bytes, at) {
  var value = (bytes[at] << 8) | bytes[at + 1];
  return value > 0x7fff ? value - 0x10000 : value;
}

function current(bytes) {
  var data = {};
  var at = 0;
  while (at < bytes.length) {
    var type = bytes[at++];
    if (!SIZES[type] || at + SIZES[type] > bytes.length) {
      return { data: data, errors: ["unknown type " + type + " at byte " + (at - 1), "frame not read to its end"] };
    }
    if (type === 1) data.temperature = signed16(bytes, at) / 10;
    if (type === 2) data.humidity = bytes[at];
    if (type === 3) data.battery_mv = (bytes[at] << 8) | bytes[at + 1];
    at += SIZES[type];
  }
  console.log("read", data);
  return { data: data, warnings: ["calibration not known"], errors: [] };
}

// Samples of ten minutes each, newest first, timed from when the frame came.
function earlier(bytes, received) {
  var records = [];
  for (var at = 0; at + 1 < bytes.length; at += 2) {
    var seconds = Math.floor(received.getTime() / 1000) - (records.length + 1) * 600;
    records.push({ time: seconds, temperature: signed16(bytes, at) / 10 });
  }
  return { data: { earlier: records } };
}

function decodeUplink(input) {
  return input.fPort === 3 ? earlier(input.bytes, input.recvTime) : current(input.bytes);
}

function encodeDownlink(input) {
  return { bytes: [input.data.interval], fPort: 2, errors: [] };
}
