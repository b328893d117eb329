"""The AWS target: S3, Step Functions, Glue, Lambda, Athena, CloudFormation."""
