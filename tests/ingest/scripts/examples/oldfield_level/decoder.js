// In the style of ChirpStack 3: Decode(fPort, bytes, variables). It forgets `var`, as many do, and counts its calls in
// a global: only in a context of its own does every frame find the counter at zero.
function Decode(fPort, bytes, variables) {
  calls = typeof calls === "undefined" ? 1 : calls + 1;
  if (fPort === 200) return; // a settings frame
  offset = Number(variables.offset || 0);
  result = { calls: calls, status: {} };
  i = 0;
  result.level_cm = ((bytes[i++] << 8) | bytes[i++]) / 10 + offset;
  result.status.tilt = bytes[i++] & 1 ? "tilted" : "upright";
  result.BatV = (bytes[i++] + 200) / 100;
  return result;
}
