"""How much a script may use, and why so much. An honest decode takes 0.5 to 5 ms and well under 1 MiB.

Imported by the guarded process too, so nothing else is imported here.
"""

# Processor time for loading the script and decoding one frame. The engine looks at it between steps of the language
# (and of a pattern), so an endless loop ends on time; 20 times the slowest honest decode leaves room for slow machines.
CPU_S = 0.1

# From asking to the whole answer. Only a single long step inside the engine (joining an array of 2^28 holes takes 9 s)
# or a starved machine gets there: the process is killed.
WALL_S = 2.0

# For the process to be there at all: 0.1 s on an idle machine.
START_S = 15.0

HEAP_BYTES = 16 * 1024 * 1024
STACK_BYTES = 512 * 1024
# A backstop behind the heap's limit, for what the engine allocates elsewhere; the process itself maps 30 to 60 MiB.
ADDRESS_SPACE_BYTES = 512 * 1024 * 1024
# A backstop behind both clocks, where nobody is left to kill the process. The system counts whole seconds.
BACKSTOP_CPU_S = 5

RESULT_BYTES = 64 * 1024
SCRIPT_BYTES = 256 * 1024

# After so many kills in a row a script is refused without being tried, then tried once, with one message, after each
# pause. A kill costs 0.1 s (its processor time), at worst WALL_S: five of them 0.5 to 10 s once, then one a minute, so
# a script that never ends takes 0.2 % (at worst 3 %) of the worker's time from all other devices. Fewer than five, and
# a handful of damaged frames would silence a good script; one answer in between and the count begins again.
KILLS_IN_A_ROW = 5
PAUSE_S = 60.0
