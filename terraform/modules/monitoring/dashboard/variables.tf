variable "name" {
  description = "Name of the dashboard."
  type        = string
  nullable    = false
}

variable "rows" {
  description = "Rows from top to bottom: Markdown that says what the row means, and widgets as JSON, each an object with `type` and `properties`. A row without widgets is left out."
  type = list(object({
    text    = string
    widgets = list(string)
  }))
  nullable = false
  validation {
    condition     = anytrue([for row in var.rows : length(row.widgets) > 0])
    error_message = "A dashboard shows something."
  }
}
