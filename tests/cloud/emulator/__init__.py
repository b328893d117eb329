"""MiniStack (pinned: `launcher`), made to do what a lakehouse needs and MiniStack only pretends or lacks.

Each module replaces a few of its functions in memory, by a function `patch`:

glue_api, glue_runs   jobs run, as processes, with their arguments, wheels, logs, limits and ends
step_functions        glue:startJobRun.sync; executions that stop; time limits
versions              an execution runs the definition that it was started with
history               the events inside Map and Parallel, and each event's predecessor
lambdas               a bare Python of its own; errors with the name of their class
athena                its SQL, parameters and Delta tables, as Athena has them
cloudformation        state machine versions and aliases; broken definitions and missing zips are refused

What the emulator asks of AWS in a role's name goes to `recording`, as do the requests of functions and jobs.
"""
