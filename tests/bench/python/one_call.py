"""The client made in init, one call of AWS in each invocation: the twin of
tests/bench/subjects/examples/one_call.rs.

The loop below does less than Lambda's own runtime interface client for Python
does, so that the comparison errs in Python's favour.
"""

import http.client
import json
import os

import boto3

API = "/2018-06-01/runtime/invocation"
ssm = boto3.client("ssm")


def handler(event):
    answer = ssm.get_parameter(Name=event["parameter"], WithDecryption=True)
    return {"length": len(answer["Parameter"]["Value"])}


def main():
    host = os.environ["AWS_LAMBDA_RUNTIME_API"]
    connection = http.client.HTTPConnection(host)
    while True:
        connection.request("GET", f"{API}/next")
        response = connection.getresponse()
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        answer = json.dumps(handler(json.loads(response.read())))
        connection.request("POST", f"{API}/{request_id}/response", answer)
        connection.getresponse().read()


main()
