# Lays a CloudWatch dashboard out: a row is a line of text that says what it
# means, and its widgets below, at most four side by side.

locals {
  _columns     = 24
  _side        = 4
  _text_height = 2
  _height      = 6

  _lines = concat([
    for row in var.rows : concat(
      [{
        height = local._text_height
        items  = [jsonencode({ type = "text", properties = { markdown = row.text, background = "transparent" } })]
      }],
      [for widgets in chunklist(row.widgets, local._side) : { height = local._height, items = widgets }],
    ) if length(row.widgets) > 0
  ]...)

  _widgets = concat([
    for index, line in local._lines : [
      for place, item in line.items : merge(jsondecode(item), {
        height = line.height
        width  = floor(local._columns / length(line.items))
        x      = place * floor(local._columns / length(line.items))
        y      = sum(concat([0], [for before in slice(local._lines, 0, index) : before.height]))
      })
    ]
  ]...)
}

resource "aws_cloudwatch_dashboard" "dashboard" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    # Since yesterday evening, whoever looks in the morning.
    start          = "-PT15H"
    periodOverride = "inherit"
    widgets        = local._widgets
  })
}
