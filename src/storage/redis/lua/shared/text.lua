-- Numbers as they are stored and answered: whole and exact, or 'inf' for what has no end.
local function text(number)
  if number == math.huge then return 'inf' end
  return string.format('%.0f', number)
end
