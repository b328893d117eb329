"""A JVM for Spark that stays warm: it serves one job after the other, each with a Spark context of its own.

    PYSPARK_SUBMIT_ARGS="--conf ... pyspark-shell" python spark_jvm.py

It first says, as a line of JSON, what a job's environment must hold to use this JVM. Each line that it is then given,
JSON of Java properties, makes it ready for the next job with these settings; it answers with an empty line. It ends
with stdin.
"""

import json
import sys

from pyspark.java_gateway import launch_gateway


def main():
    gateway = launch_gateway()
    known = gateway.gateway_parameters
    _say(json.dumps({"PYSPARK_GATEWAY_PORT": str(known.port), "PYSPARK_GATEWAY_SECRET": known.auth_token}))
    for line in sys.stdin:
        _forget(gateway.jvm)
        for name, value in json.loads(line).items():
            gateway.jvm.System.setProperty(name, value)
        _say("")


def _say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _forget(jvm):
    """Ends what the last job has left: its context, and what Delta and Hadoop keep of its files."""
    # A companion object of Scala: its own class has no such method.
    context = getattr(getattr(jvm.org.apache.spark, "SparkContext$"), "MODULE$").getActive()
    if context.isDefined():
        context.get().stop()
    jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    jvm.org.apache.hadoop.fs.FileSystem.closeAll()


main()
