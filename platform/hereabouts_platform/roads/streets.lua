-- OSRM's profile for a map as one vehicle class sees it (class_map.py): access, speeds and turn rules are settled there,
-- so this only hands them on. Turns cost what turn_cost.py says; keep the two alike.

api_version = 4

-- Seconds for a right angle, the extra across oncoming traffic (drive on the left: to the right), and for turning round.
local TURN, ACROSS, ROUND = 5, 3, 40

function setup()
  return {
    properties = {
      weight_name = 'routability',
      left_hand_driving = true, -- Great Britain; an extract of a town has no country to tell it by
      use_turn_restrictions = true,
      continue_straight_at_waypoint = false,
      process_call_tagless_node = false,
      max_speed_for_map_matching = 130 / 3.6,
    },
    restrictions = { 'motor_vehicle' },
    classes = {},
    excludable = {},
  }
end

function process_node(profile, node, result, relations)
  if node:get_value_by_key('hereabouts:barrier') then
    obstacle_map:add(node, Obstacle.new(obstacle_type.barrier))
    return
  end
  local delay = tonumber(node:get_value_by_key('hereabouts:delay'))
  if delay then
    obstacle_map:add(node, Obstacle.new(obstacle_type.gate, obstacle_direction.both, delay, 0))
  end
end

function process_way(profile, way, result, relations)
  local forward = tonumber(way:get_value_by_key('hereabouts:forward'))
  local backward = tonumber(way:get_value_by_key('hereabouts:backward'))
  if not forward and not backward then
    return
  end
  result.forward_mode = forward and mode.driving or mode.inaccessible
  result.backward_mode = backward and mode.driving or mode.inaccessible
  result.forward_speed, result.backward_speed = forward or 0, backward or 0
  result.forward_rate, result.backward_rate = (forward or 0) / 3.6, (backward or 0) / 3.6
  local to_reach = way:get_value_by_key('hereabouts:to_reach') ~= nil
  result.forward_restricted, result.backward_restricted = to_reach, to_reach
  result.is_startpoint = true
  result.is_left_hand_driving = true
  result.name = way:get_value_by_key('name') or ''
end

function process_turn(profile, turn)
  for _, obstacle in pairs(obstacle_map:get(turn.from, turn.via)) do
    turn.duration = turn.duration + obstacle.duration
  end
  if turn.is_u_turn then
    turn.duration = turn.duration + ROUND
  elseif turn.number_of_roads > 2 then
    local across = turn.angle > 0 and ACROSS or 0
    turn.duration = turn.duration + (TURN + across) * math.abs(turn.angle) / 90
  end
  turn.weight = turn.duration
  if turn.target_restricted and not turn.source_restricted then
    turn.weight = constants.max_turn_weight -- a street only to be reached is no short cut
  end
end

return { setup = setup, process_node = process_node, process_way = process_way, process_turn = process_turn }
