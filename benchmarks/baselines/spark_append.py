"""One Spark job as it is usually written: a session as in Delta's documentation, then one sheet after the other is read
with a schema, checked a little, and appended to a Delta table.

`python spark_append.py products|orders|order_items LAKE CSV...`. Keeps no rejects, no markers, no origin of a row.
"""

from __future__ import annotations

import sys

from delta import configure_spark_with_delta_pip
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, to_date

SCHEMAS = {
    "products": "product_id BIGINT, department_id BIGINT, department STRING, product_name STRING",
    "orders": "order_num BIGINT, order_id BIGINT, user_id BIGINT, order_timestamp TIMESTAMP, "
    "total_amount DECIMAL(12,2), date DATE",
    "order_items": "id BIGINT, order_id BIGINT, user_id BIGINT, days_since_prior_order INT, product_id BIGINT, "
    "add_to_cart_order INT, reordered INT, order_timestamp TIMESTAMP, date DATE",
}
KEYS = {"products": "product_id", "orders": "order_id", "order_items": "id"}


def session() -> SparkSession:
    """A local session with Delta."""
    builder = (
        SparkSession.builder.master("local[*]")
        .appName("append")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    )
    return configure_spark_with_delta_pip(builder).getOrCreate()


def clean(spark: SparkSession, dataset: str, sheet: DataFrame, lake: str) -> DataFrame:
    """Rows with a key, once each; items of known products only."""
    rows = sheet.where(col(KEYS[dataset]).isNotNull()).dropDuplicates([KEYS[dataset]])
    if dataset == "products":
        return rows
    rows = rows.withColumn("date", to_date("order_timestamp"))
    if dataset == "orders":
        return rows
    return rows.join(spark.read.format("delta").load(f"{lake}/products"), "product_id", "left_semi")


def main(dataset: str, lake: str, *sheets: str) -> None:
    """Appends every CSV to the dataset's table."""
    spark = session()
    for sheet in sheets:
        rows = clean(spark, dataset, spark.read.csv(sheet, header=True, schema=SCHEMAS[dataset]), lake)
        writer = rows.write.format("delta").mode("append")
        if dataset != "products":
            writer = writer.partitionBy("date")
        writer.save(f"{lake}/{dataset}")
    print(spark.read.format("delta").load(f"{lake}/{dataset}").count())
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
