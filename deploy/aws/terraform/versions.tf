terraform {
  # Object lock as a resource of its own, and optional blocks as written here.
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40"
    }
  }
}
