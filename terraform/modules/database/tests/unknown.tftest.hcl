# No mocked values: what the provider would tell after the apply stays unknown.
mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }
}

mock_provider "aws" {
  alias = "secondary"
  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }
}

run "nothing_but_keys_is_known" {
  command = plan

  module {
    source = "./tests/unknown"
  }

  assert {
    condition     = length(output.nodes) == 4
    error_message = "What is made, and how it is called, is known before anything exists."
  }
}
